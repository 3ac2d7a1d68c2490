/**
 * Foundry's programs, as npm installs them for this platform. Where none is published, the suites that need one are
 * skipped and say so.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
const suffix = process.platform === "win32" ? ".exe" : "";

/** Where the packages are published. */
export const FOUNDRY_PLATFORMS = "Linux and macOS on amd64 and arm64, Windows on amd64";

/** Path of the program, or undefined where npm has none for this platform or didn't install it. */
export function foundry(program: "anvil" | "forge"): string | undefined {
  const { resolve } = createRequire(import.meta.url);
  // The platform's package is an optional dependency of the program's, which fetches it itself where npm left it out.
  const places = [
    () => resolve(`@foundry-rs/${program}-${platform}/bin/${program}${suffix}`),
    () => join(dirname(resolve(`@foundry-rs/${program}/bin.mjs`)), `${program}${suffix}`),
  ];
  for (const place of places) {
    try {
      const path = place();
      if (existsSync(path)) return path;
    } catch {
      // Not installed.
    }
  }
  console.log(`skipped: ${program} is not installed for ${platform}; npm has it for ${FOUNDRY_PLATFORMS}`);
  return undefined;
}
