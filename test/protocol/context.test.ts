import { describe, expect, it } from "vitest";
import { contextSignal } from "../../src/protocol/context.ts";

const context = {
  chainId: 1n,
  contract: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  account: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
  deadline: 5n,
};

describe("context", () => {
  it("is below 2^248 and another for each part", () => {
    const others = [
      { chainId: 2n },
      { contract: context.account },
      { account: context.contract },
      { deadline: 6n },
    ].map((change) => contextSignal({ ...context, ...change }));
    const all = [contextSignal(context), ...others];
    expect(new Set(all).size).toBe(5);
    expect(all.every((signal) => signal >> 248n === 0n)).toBe(true);
  });

  it.each([
    [{ contract: "0x12" }, "context.contract: must be an Ethereum address"],
    [{ account: `${context.account.slice(0, -1)}c` }, "context.account: must be an Ethereum address"],
    [{ chainId: -1n }, "context.chainId"],
    [{ deadline: 1n << 64n }, "context.deadline"],
  ])("refuses %#", (change, message) => {
    expect(() => contextSignal({ ...context, ...change })).toThrow(message);
  });
});
