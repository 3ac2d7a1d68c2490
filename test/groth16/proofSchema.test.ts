import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { proofJsonSchema } from "../../src/groth16/proofSchema.ts";

it("schemas/proof.schema.json is in step with the code: npm run generate", async () => {
  expect(await readFile(new URL("../../schemas/proof.schema.json", import.meta.url), "utf8")).toBe(proofJsonSchema());
});
