import { describe, expect, it } from "vitest";
import { DEFAULT_PARAMETERS, parseParameters } from "../../src/risk/parameters.ts";

describe("parameters", () => {
  it("the defaults are within their own bounds", () =>
    expect(parseParameters(DEFAULT_PARAMETERS)).toEqual(DEFAULT_PARAMETERS));

  it("overrides replace what they name alone", () =>
    expect(parseParameters({ z: 3 })).toEqual({ ...DEFAULT_PARAMETERS, z: 3 }));

  it.each([
    [{ z: 0 }, "parameters.z: must be at least 1, got 0"],
    [{ z: NaN }, "parameters.z"],
    [{ lambda: 1 }, "parameters.lambda: must be at most 0.999, got 1"],
    [{ horizon: 60 }, "parameters.horizon"],
    [{ omegaBps: 10_001 }, "parameters.omegaBps: must be at most 10000, got 10001"],
    [{ shortOptionBps: 99 }, "parameters.shortOptionBps: must be at least 100, got 99"],
    [{ scanFloorBps: { BTC: 0 } }, "parameters.scanFloorBps.BTC: must be at least 1, got 0"],
    [{ unknown: 1 }, "parameters.unknown: is no field of the parameters, got 1"],
    [null, "parameters: must be the parameters"],
  ])("refuses %j", (overrides, message) => expect(() => parseParameters(overrides)).toThrow(message));
});
