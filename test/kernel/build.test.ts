import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { compileKernel } from "../../kernel/emit/compile.ts";
import { KERNEL_SHA256 } from "../../src/kernel/codeHash.ts";

describe("build", () => {
  it("gives the pinned code, every time", async () => {
    const hash = async (): Promise<string> =>
      createHash("sha256")
        .update(await compileKernel())
        .digest("hex");
    expect([await hash(), await hash()]).toEqual([KERNEL_SHA256, KERNEL_SHA256]);
  });
});
