/**
 * Does something with a resource, and disposes of it afterwards, also where that fails. What `using` is for: the oldest Node that
 * serves cannot parse it.
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
