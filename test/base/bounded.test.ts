import { expect, it } from "vitest";
import { BoundedMap } from "../../src/base/bounded.ts";

it("keeps what was set last, and counts an entry that is set again as young", () => {
  const map = new BoundedMap<string, number>(2).set("a", 1).set("b", 2).set("a", 3).set("c", 4);
  expect([...map]).toEqual([
    ["a", 3],
    ["c", 4],
  ]);
});

it("asks once for what is asked for at the same time, and again after a failure", async () => {
  const map = new BoundedMap<string, Promise<number>>(4);
  let asked = 0;
  const load = (fails: boolean) => (): Promise<number> => {
    asked++;
    return fails ? Promise.reject(new Error("not now")) : Promise.resolve(asked);
  };
  const both = [BoundedMap.remembered(map, "a", load(true)), BoundedMap.remembered(map, "a", load(true))];
  for (const each of both) await expect(each).rejects.toThrow("not now");
  expect(asked).toBe(1);
  expect(await BoundedMap.remembered(map, "a", load(false))).toBe(2);
  expect(await BoundedMap.remembered(map, "a", load(false))).toBe(2);
});
