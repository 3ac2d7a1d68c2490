/**
 * Foundry's unit, fuzz and invariant tests, as one test of this suite: what fails is in its output.
 */
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { foundry } from "../../scripts/foundry.ts";

it("Foundry's tests pass", () => {
  const { status, stdout, stderr } = spawnSync(foundry("forge")!, ["test", "--color", "never"], { encoding: "utf8" });
  const lines = stdout.split("\n");
  if (status !== 0) console.error(lines.filter((line) => !line.startsWith("[PASS]")).join("\n"), stderr);
  console.log(lines.filter((line) => line.includes("total tests")).join("\n"));
  expect(status).toBe(0);
});
