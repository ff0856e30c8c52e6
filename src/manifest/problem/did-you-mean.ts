import { distance } from "fastest-levenshtein";

/** Returns ` Did you mean "queue"?` if one of the known words is similar, or "". */
export function didYouMean(input: string, known: readonly string[]): string {
  const near = nearest(input, known);
  return near === undefined ? "" : ` Did you mean "${near}"?`;
}

/** Returns the known word that was probably meant; case and - or _ do not matter, and a third of the letters may differ. */
export function nearest(input: string, known: readonly string[]): string | undefined {
  const wanted = input.toLowerCase().replaceAll("-", "_").slice(0, 100);
  return known
    .map((word) => ({ word, far: distance(wanted, word.toLowerCase()) }))
    .filter(({ word, far }) => far <= Math.max(1, Math.floor(Math.min(word.length, wanted.length) / 3)))
    .sort((a, b) => a.far - b.far)[0]?.word;
}
