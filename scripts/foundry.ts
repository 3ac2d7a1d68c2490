/**
 * Foundry's programs, as npm packages ship them for this platform. Where none is published, the suites that need one are
 * skipped and say so.
 *
 * @module
 */
import { createRequire } from "node:module";

const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
const suffix = process.platform === "win32" ? ".exe" : "";

/** Path of the program, or undefined where npm has none for this platform. */
export function foundry(program: "anvil" | "forge"): string | undefined {
  const name = `@foundry-rs/${program}-${platform}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/${program}${suffix}`);
  } catch {
    console.log(`skipped: ${name} is not installed; npm has it for linux-amd64`);
    return undefined;
  }
}
