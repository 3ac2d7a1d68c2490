import { describe, expect, it } from "vitest";
import { black76, black76Greeks, SECONDS_PER_YEAR } from "../../src/risk/black76.ts";
import { normalCdf, normalPdf } from "../../src/risk/normal.ts";
import { OPTIONS } from "./optionTable.ts";

describe("normal distribution", () => {
  // Abramowitz and Stegun, table 26.1, and the tail to more digits.
  it.each([
    [0, 0.5],
    [1, 0.841344746068542949],
    [-1, 0.158655253931457051],
    [2, 0.977249868051820793],
    [-3, 0.00134989803163009452],
    [-6, 9.86587645037698141e-10],
  ])("Φ(%f)", (x, expected) => expect(Math.abs(normalCdf(x) - expected)).toBeLessThan(1e-15));

  it("φ(1)", () => expect(Math.abs(normalPdf(1) - 0.241970724519143349)).toBeLessThan(1e-16));
});

describe("Black-76 agrees with a venue", () => {
  // The venue rounds volatility to 0.01 points and shows delta to 5 digits; marks are in BTC.
  it.each(OPTIONS)("$name", ({ right, forward, strike, seconds, iv, mark, delta, gamma, vega }) => {
    const years = seconds / SECONDS_PER_YEAR;
    expect(Math.abs(black76(right, forward, strike, iv, years) / forward - mark)).toBeLessThan(2.4e-4);
    const greeks = black76Greeks(right, forward, strike, iv, years);
    expect(Math.abs(greeks.delta - delta)).toBeLessThan(1.1e-4);
    expect(Math.abs(greeks.gamma - gamma)).toBeLessThan(1e-5);
    expect(Math.abs(greeks.vega / 100 - vega)).toBeLessThan(2e-3);
  });
});

describe("Black-76 at its edges", () => {
  it("put and call differ by the forward: C − P = F − K", () => {
    for (const strike of [50, 90, 100, 110, 200]) {
      const difference = black76("call", 100, strike, 0.6, 0.25) - black76("put", 100, strike, 0.6, 0.25);
      expect(difference).toBeCloseTo(100 - strike, 12);
    }
  });

  it("pays what exercise pays once expired", () => {
    expect(black76("call", 100, 90, 0.5, 0)).toBe(10);
    expect(black76("put", 100, 90, 0.5, -1)).toBe(0);
    expect(black76Greeks("put", 80, 90, 0.5, 0)).toEqual({ delta: -1, gamma: 0, vega: 0, theta: 0 });
  });

  it("goes on along K − F for a forward at or below 0, as linear holdings do", () => {
    expect(black76("put", -20, 90, 0.5, 1)).toBe(110);
    expect(black76("call", -20, 90, 0.5, 1)).toBe(0);
  });

  it("greeks are the derivatives", () => {
    const at = (f: number, sigma: number, years: number) => black76("call", f, 110, sigma, years);
    const { delta, gamma, vega, theta } = black76Greeks("call", 100, 110, 0.6, 0.25);
    expect((at(100.01, 0.6, 0.25) - at(99.99, 0.6, 0.25)) / 0.02).toBeCloseTo(delta, 6);
    expect((at(100.01, 0.6, 0.25) - 2 * at(100, 0.6, 0.25) + at(99.99, 0.6, 0.25)) / 1e-4).toBeCloseTo(gamma, 6);
    expect((at(100, 0.6001, 0.25) - at(100, 0.5999, 0.25)) / 2e-4).toBeCloseTo(vega, 4);
    expect((at(100, 0.6, 0.2499) - at(100, 0.6, 0.2501)) / 2e-4).toBeCloseTo(theta, 4);
  });
});
