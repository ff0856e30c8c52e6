/**
 * Runs a function with a resource, and disposes of it afterwards, even if the function fails. A replacement for `using`, which the
 * oldest supported Node cannot parse.
 */
export async function withDisposable<Resource extends Disposable | AsyncDisposable, Result>(
  resource: Resource,
  act: (resource: Resource) => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await act(resource);
  } finally {
    if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
    else resource[Symbol.dispose]();
  }
}
