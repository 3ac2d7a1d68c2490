/** A dozen options of one evening (2020-05-21) with the marks, in BTC, and Greeks that their venue published. */
export const OPTIONS = [
  { name: "BTC-22MAY20-6000-C", right: "call", forward: 9087.89, strike: 6000, seconds: 31182.058, iv: 1.3423, mark: 0.33977578, delta: 1.0, gamma: 0.0, vega: 0.0 },
  { name: "BTC-22MAY20-9500-P", right: "put", forward: 9085.6, strike: 9500, seconds: 31121.616, iv: 1.0605, mark: 0.0470629, delta: -0.90686, gamma: 0.00055, vega: 0.47557 },
  { name: "BTC-23MAY20-8250-C", right: "call", forward: 9086.12, strike: 8250, seconds: 117506.53, iv: 1.244, mark: 0.09551021, delta: 0.9048, gamma: 0.00025, vega: 0.93881 },
  { name: "BTC-23MAY20-9250-P", right: "put", forward: 9093.55, strike: 9250, seconds: 117600.183, iv: 0.7163, mark: 0.02748581, delta: -0.6436, gamma: 0.00094, vega: 2.07023 },
  { name: "BTC-29MAY20-6000-C", right: "call", forward: 9087.54, strike: 6000, seconds: 635921.614, iv: 1.634, mark: 0.34249197, delta: 0.97162, gamma: 3e-05, vega: 0.83842 },
  { name: "BTC-29MAY20-10000-P", right: "put", forward: 9086.94, strike: 10000, seconds: 635927.679, iv: 0.7356, mark: 0.11115079, delta: -0.8063, gamma: 0.00029, vega: 3.54329 },
  { name: "BTC-5JUN20-7250-C", right: "call", forward: 9089.22, strike: 7250, seconds: 1240767.96, iv: 1.1159, mark: 0.21808673, delta: 0.87121, gamma: 0.0001, vega: 3.78929 },
  { name: "BTC-5JUN20-9250-P", right: "put", forward: 9089.29, strike: 9250, seconds: 1240703.064, iv: 0.7647, mark: 0.07023984, delta: -0.51584, gamma: 0.00029, vega: 7.18661 },
  { name: "BTC-5JUN20-11500-C", right: "call", forward: 9087.18, strike: 11500, seconds: 1240668.263, iv: 0.8922, mark: 0.00846884, delta: 0.10708, gamma: 0.00011, vega: 3.32423 },
  { name: "BTC-26JUN20-6000-C", right: "call", forward: 9094.8, strike: 6000, seconds: 3055135.543, iv: 1.2093, mark: 0.36081801, delta: 0.90204, gamma: 5e-05, vega: 4.89348 },
  { name: "BTC-26JUN20-10500-P", right: "put", forward: 9100.62, strike: 10500, seconds: 3055205.218, iv: 0.8174, mark: 0.20252684, delta: -0.66821, gamma: 0.00016, vega: 10.28041 },
  { name: "BTC-25SEP20-3000-P", right: "put", forward: 9178.5, strike: 3000, seconds: 10917577.965, iv: 1.2258, mark: 0.0102612, delta: -0.028, gamma: 1e-05, vega: 3.46971 },
] as const;
