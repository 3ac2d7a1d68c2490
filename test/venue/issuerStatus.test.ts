import { expect, it } from "vitest";
import type { Node } from "../../src/chain/node.ts";
import { fundsOf } from "../../src/venue/issuerStatus.ts";
import type { IssuerLine } from "../../src/venue/lines.ts";
import { smallNetwork } from "../support/smallNetwork.ts";

const desk = smallNetwork().issuers[1]!;
const nodeWith = (answers: Readonly<Record<string, unknown>>): Node =>
  ({ read: (_name: string, _address: string, method: string) => Promise.resolve(answers[method]) }) as unknown as Node;
const line = (owed: bigint): IssuerLine => ({ owed }) as IssuerLine;

it.each([
  [500n, 300n, 300n],
  [100n, 300n, 100n],
])("offers no more than a desk holds: %s held, %s allowed", async (held, allowed, offered) => {
  const node = nodeWith({ asset: "0xa", symbol: "USDC", decimals: 6n, balanceOf: held, availableCredit: allowed });
  expect(await fundsOf(node, desk, { number: 5 } as never, [line(7n), line(9n)])).toEqual({
    asset: { address: "0xa", symbol: "USDC", decimals: 6 },
    available: held,
    newCredit: offered,
    lent: 16n,
  });
});
