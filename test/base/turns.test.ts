import { expect, it } from "vitest";
import { Turns } from "../../src/base/turns.ts";

it("runs one piece of work after another, whatever became of the one before", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const gate = deferred();
  const first = turns.run(async () => {
    seen.push("first begins");
    await gate.promise;
    seen.push("first fails");
    throw new Error("first");
  });
  const second = turns.run(() => seen.push("second"));
  await Promise.resolve();
  expect(seen).toEqual(["first begins"]);
  gate.resolve(undefined);
  await expect(first).rejects.toThrow("first");
  await second;
  await turns.idle();
  expect(seen).toEqual(["first begins", "first fails", "second"]);
});

function deferred(): { promise: Promise<unknown>; resolve(value: unknown): void } {
  let resolve!: (value: unknown) => void;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
