import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
    // The witness calculator prints every refused input; the tests read the same text from the error.
    onConsoleLog: (log) => !/^ERROR: .*\d|^Error in template/.test(log),
  },
});
