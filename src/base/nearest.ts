/**
 * The names that a mistyped one may have meant.
 *
 * @module
 */

/** Edits that still count as a slip, as a share of the name's length. */
const SLIP = 0.34;
const MOST = 3;

/** Up to three names, the likeliest first: the same but for case, an ending or a part of it, or a few letters off. */
export function nearest(text: string, names: Iterable<string>): string[] {
  const wanted = text.toLowerCase();
  const scored = [...names].flatMap((name): (readonly [name: string, score: number])[] => {
    const known = name.toLowerCase();
    if (known === wanted) return [[name, 0]];
    if (wanted.length >= 2 && known.endsWith(wanted)) return [[name, 1]];
    const distance = edits(wanted, known);
    if (distance <= Math.max(1, SLIP * Math.min(wanted.length, known.length))) return [[name, 1 + distance]];
    return wanted.length >= 3 && known.includes(wanted) ? [[name, 100]] : [];
  });
  return scored
    .sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
    .slice(0, MOST)
    .map(([name]) => name);
}

/** ` (did you mean A or B?)`, or nothing. */
export function didYouMean(text: string, names: Iterable<string>): string {
  const found = nearest(text, names);
  return found.length === 0 ? "" : ` (did you mean ${found.join(" or ")}?)`;
}

/** Letters to insert, leave out, replace or swap with their neighbour. */
function edits(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1), swapped));
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
