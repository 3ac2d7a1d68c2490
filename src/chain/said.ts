/**
 * Words of strangers, made fit to print: of nodes, services and contracts.
 *
 * @module
 */

const LONGEST = 200;

/** One short line, without what moves a terminal's cursor, and without URLs, which may hold keys. */
export function said(words: string): string {
  const line = words.replace(/\b(https?|wss?):\/\/[^\s"'\\)]+/gi, "<url>").replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
