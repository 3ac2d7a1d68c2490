/**
 * Words of strangers, made fit to print: of nodes, services and contracts.
 *
 * @module
 */
import { withoutUrls } from "./errors.ts";

const LONGEST = 200;

/** One short line, without URLs and without what moves a terminal's cursor. */
export function said(words: string): string {
  const line = withoutUrls(words)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
