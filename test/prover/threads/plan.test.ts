import { describe, expect, it } from "vitest";
import { plan } from "../../../src/prover/threads/plan.ts";
import type { KeyLayout } from "../../../src/groth16/zkey.ts";

describe("plan", () => {
  const layout = { wires: 60_000, publicSignals: 13, domain: 65_536 } as KeyLayout;
  const small: KeyLayout = { ...layout, wires: 9, publicSignals: 6, domain: 8 };

  it.each([1, 2, 3, 4, 8, 64])(
    "covers every point exactly once with %i threads, with tables and without",
    (threads) => {
      for (const [size, room] of [
        [layout, 0],
        [small, 0],
        [layout, 2 ** 28],
        [layout, Infinity],
        [small, Infinity],
      ] as const) {
        const { pieces } = plan(size, threads, room);
        expect(pieces).toHaveLength(threads);
        const counts = {
          a: size.wires,
          b1: size.wires,
          b2: size.wires,
          c: size.wires - size.publicSignals - 1,
          h: size.domain,
        };
        for (const [part, count] of Object.entries(counts)) {
          const mine = pieces
            .flat()
            .filter((piece) => piece.part === part)
            .sort((x, y) => x.from - y.from);
          expect(mine[0]!.from).toBe(0);
          expect(mine.at(-1)!.to).toBe(count);
          mine.slice(1).forEach((piece, i) => expect(piece.from).toBe(mine[i]!.to));
        }
      }
    },
  );

  it("gives tables no more than their room, and none where they gain nothing", () => {
    const mib = (pointTableMiB: number) => plan(layout, 2, pointTableMiB * 2 ** 20);
    expect(mib(0)).toMatchObject({ stretches: 1, tableBytes: 0 });
    expect(mib(20)).toMatchObject({ stretches: 1, tableBytes: 0 });
    for (const room of [64, 100, 200, 300, 1000, 10_000]) {
      const { stretches, tableBytes } = mib(room);
      expect(stretches).toBeGreaterThan(1);
      expect(tableBytes).toBeLessThanOrEqual(room * 2 ** 20);
    }
    // Sixteen stretches of one window each: more memory would be of no use.
    expect(mib(10_000)).toEqual(mib(1000));
  });
});
