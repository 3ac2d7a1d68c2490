/**
 * `--help` of scripts that npm runs: what the script's first comment says, and nothing else happens.
 *
 * @module
 */

/** Shows the text and ends the process if help is asked for. */
export function helpIfAsked(text: string): void {
  if (!process.argv.slice(2).some((word) => word === "--help" || word === "-h")) return;
  console.log(text.trim());
  process.exit(0);
}
