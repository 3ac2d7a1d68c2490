/** npm's scripts say what they do when asked, and then do nothing. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it.each(["backtest", "demo", "test", "check", "generate"])("npm run %s -- --help", async (name) => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    "--import",
    "tsx",
    `scripts/${name}.ts`,
    "--help",
  ]);
  expect(stderr).toBe("");
  expect(stdout).toMatch(new RegExp(`^npm (run )?${name}\\b`));
  expect(stdout.split("\n").length).toBeLessThan(16);
});
