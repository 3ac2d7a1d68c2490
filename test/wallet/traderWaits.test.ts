/** How a trader waits: for notes, for the time from which an account may receive, and not after an interrupt. */
import { expect, it } from "vitest";
import { NodeError } from "../../src/base/errors.ts";
import { Trader, type Means } from "../../src/wallet/trader.ts";
import type { TraderView } from "../../src/wallet/traderView.ts";

const NOW = 1_761_350_700;
const network = { home: "home", chains: [], issuers: [], tiers: ["T"] } as unknown as Means["network"];
const seen = (view: Partial<TraderView>): TraderView =>
  ({ notes: [], receivableAt: 0, blocks: new Map([["home", { time: NOW }]]), ...view }) as unknown as TraderView;
const arrived = { received: {} } as unknown as TraderView["notes"][number];

/** A trader whose wallet shows these views, one after the other, and the last one again and again. */
function trader(views: readonly TraderView[], means: Partial<Means> = {}): { trader: Trader; waits: string[] } {
  const waits: string[] = [];
  let at = 0;
  const wallet = { refresh: () => Promise.resolve(views[Math.min(at++, views.length - 1)]!) } as Means["wallet"];
  return {
    waits,
    trader: new Trader({ network, wallet, pollMs: 1, onWaiting: (what) => waits.push(what), ...means } as Means),
  };
}

it("waits for a note, and then until the account may receive", async () => {
  const early = { notes: [arrived], receivableAt: NOW + 1 };
  const { trader: waiting, waits } = trader([
    seen({}),
    seen(early),
    seen(early),
    seen({ ...early, blocks: new Map([["home", { time: NOW + 1 }]]) as unknown as TraderView["blocks"] }),
  ]);
  await waiting.awaitNotes();
  expect([...new Set(waits)]).toEqual([
    "a note on its way home",
    "the time from which the account may receive again, 2025-10-25T00:05:01Z",
  ]);
});

it("gives up when its patience is over", async () => {
  await expect(trader([seen({})], { patienceMs: 3 }).trader.awaitNotes()).rejects.toThrow(NodeError);
});

it("ends with the signal's reason, while it waits and before", async () => {
  const stop = new AbortController();
  const { trader: waiting } = trader([seen({})], {
    signal: stop.signal,
    pollMs: 600_000,
    onWaiting: () => setImmediate(() => stop.abort(new Error("stopped"))),
  });
  await expect(waiting.awaitNotes()).rejects.toThrow("stopped");
  await expect(waiting.awaitNotes()).rejects.toThrow("stopped");
});
