pragma circom 2.2.0;

include "table.circom";
include "holdings.circom";
include "protocol.circom";
include "ranges.circom";

// The margin rule; src/margin/rule.ts is its specification. Values are µUSD. Every hint (S, N, D, X) is bounded on the side
// that would help its prover, so a bad one can only cost him.

/**
 * @title  Equity
 * @notice E = Σ over issuers min(Σ q · mark, cap). Holdings ascend by instrument, so an issuer's are neighbours and a
 *         running sum restarts where the issuer changes.
 */
template Equity(n) {
    signal input issuerIds[n];
    signal input counted[n];
    signal input marks[n];
    signal input {maxbit} caps[n];
    signal output out;

    // |Σ q · mark| < 64 · 2^38 · 2^40 = 2^84
    var width = ISSUER_CAP_BITS();
    signal same[n];
    signal carried[n];
    signal value[n];
    signal net[n];
    signal {maxbit} netOffset[n];
    signal {maxbit} capOffset[n];
    netOffset.maxbit = width + 1;
    capOffset.maxbit = width + 1;
    signal capped[n];
    signal taken[n];
    var equity = 0;
    for (var i = 0; i < n; i++) {
        value[i] <== counted[i] * marks[i];
        if (i == 0) {
            same[i] <== 0;
            carried[i] <== 0;
        } else {
            same[i] <== IsEqual()([issuerIds[i - 1], issuerIds[i]]);
            carried[i] <== same[i] * net[i - 1];
        }
        net[i] <== value[i] + carried[i];
        netOffset[i] <== net[i] + (1 << width);
        capOffset[i] <== caps[i] + (1 << width);
        capped[i] <== Min()(netOffset[i], capOffset[i]);
    }
    for (var i = 0; i < n; i++) {
        var last = 1;
        if (i + 1 < n) last = 1 - same[i + 1];
        taken[i] <== last * (capped[i] - (1 << width));
        equity += taken[i];
    }
    out <== equity;
}

/**
 * @title  Spread
 * @notice D ≥ 0 with 10,000 · D² ≥ Σ Σ ρ_gh S_g S_h and 10,000 · D ≥ ω Σ|S_g|, where S_g = 3 · linear_g.
 * @input  words  ω and the correlations above the diagonal, as the table packs them
 */
template Spread(nGroups) {
    var nWords = riskWords(nGroups);
    signal input words[nWords];
    signal input linear[nGroups];
    signal input {maxbit} diversified;

    // 1. Unpack ω, then ρ + 10,000 row by row.
    var nValues = 1 + nGroups * (nGroups - 1) \ 2;
    var packed[nWords * CORRELATIONS_PER_WORD()];
    component digits[nWords];
    for (var w = 0; w < nWords; w++) {
        var left = nValues - w * CORRELATIONS_PER_WORD();
        var count = left < CORRELATIONS_PER_WORD() ? left : CORRELATIONS_PER_WORD();
        digits[w] = Digits(count, CORRELATION_BITS());
        digits[w].in <== words[w];
        for (var i = 0; i < count; i++) packed[w * CORRELATIONS_PER_WORD() + i] = digits[w].out[i];
    }

    // 2. Σ|S| / 3 and Σ Σ ρ S S / 9.
    var size = 0;
    component signs[nGroups];
    signal magnitude[nGroups];
    for (var g = 0; g < nGroups; g++) {
        signs[g] = Signed(LINEAR_BITS());
        signs[g].in <== linear[g];
        magnitude[g] <== (2 * signs[g].notNegative - 1) * linear[g];
        size += magnitude[g];
    }
    var variance = 0;
    signal square[nGroups];
    signal cross[nValues - 1];
    signal weighted[nValues - 1];
    var pair = 0;
    for (var g = 0; g < nGroups; g++) {
        square[g] <== linear[g] * linear[g];
        variance += BASIS_POINTS() * square[g];
        for (var h = g + 1; h < nGroups; h++) {
            cross[pair] <== linear[g] * linear[h];
            weighted[pair] <== cross[pair] * (packed[1 + pair] - BASIS_POINTS());
            variance += 2 * weighted[pair];
            pair++;
        }
    }

    // 3. Both bounds. 10,000 · D² < 2^14 · 2^162 and ω Σ|S| < 2^14 · 8 · 3 · 2^80; a negative gap wraps far above.
    signal diversifiedSquared <== diversified * diversified;
    _ <== Range(2 * REMAINDER_BITS() + 14)(BASIS_POINTS() * diversifiedSquared - 9 * variance);
    signal floor <== packed[0] * 3 * size;
    _ <== Range(REMAINDER_BITS() + 14)(BASIS_POINTS() * diversified - floor);
}

/**
 * @title  Margin
 * @notice E and R of holdings whose rows were looked up.
 * @input  sizes        assumes |size| < 2^38
 * @input  linear       S_g / 3, |·| < 2^80: any choice is safe
 * @input  remainder    N_g ≥ 0, < 2^81
 * @input  diversified  D, < 2^81
 * @input  joint        X, < 2^82
 * @output equity, requirement  at coverage 10,000, µUSD
 */
template Margin(n, nGroups) {
    signal input issuerIds[n];
    signal input sizes[n];
    signal input {binary} isLong[n];
    input Row(nGroups) rows[n];
    signal input words[riskWords(nGroups)];
    signal input linear[nGroups];
    signal input remainder[nGroups];
    signal input diversified;
    signal input joint;
    signal output equity;
    signal output requirement;

    // 1. q = min(size, cap).
    signal {maxbit} sizeOffset[n];
    signal {maxbit} capOffset[n];
    sizeOffset.maxbit = SIZE_BITS();
    capOffset.maxbit = SIZE_BITS();
    signal least[n];
    signal counted[n];
    for (var i = 0; i < n; i++) {
        sizeOffset[i] <== sizes[i] + (1 << LOTS_BITS());
        capOffset[i] <== rows[i].cap + (1 << LOTS_BITS());
        least[i] <== Min()(sizeOffset[i], capOffset[i]);
        counted[i] <== least[i] - (1 << LOTS_BITS());
    }

    // 2. E.
    signal marks[n];
    signal {maxbit} issuerCaps[n];
    issuerCaps.maxbit = ISSUER_CAP_BITS();
    for (var i = 0; i < n; i++) {
        marks[i] <== rows[i].mark;
        issuerCaps[i] <== rows[i].issuerCap;
    }
    equity <== Equity(n)(issuerIds, counted, marks, issuerCaps);

    // 3. C = Σ |q| · charge of the side held. q has the sign of size, since caps are not negative.
    signal rate[n];
    signal lots[n];
    signal charge[n];
    var charges = 0;
    for (var i = 0; i < n; i++) {
        rate[i] <== rows[i].chargeShort + isLong[i] * (rows[i].chargeLong - rows[i].chargeShort);
        lots[i] <== (2 * isLong[i] - 1) * counted[i];
        charge[i] <== lots[i] * rate[i];
        charges += charge[i];
    }

    // 4. −L(g, s), three scenarios to a signal.
    signal inGroup[n][nGroups];
    signal profit[n][nGroups][PNL_SIGNALS()];
    var packed[nGroups][PNL_SIGNALS()];
    for (var g = 0; g < nGroups; g++) for (var j = 0; j < PNL_SIGNALS(); j++) packed[g][j] = 0;
    for (var i = 0; i < n; i++) {
        for (var g = 0; g < nGroups; g++) {
            inGroup[i][g] <== rows[i].group[g] * counted[i];
            for (var j = 0; j < PNL_SIGNALS(); j++) {
                profit[i][g][j] <== inGroup[i][g] * rows[i].pnl[j];
                packed[g][j] += profit[i][g][j];
            }
        }
    }

    // 5. k_s · S_g/3 + N_g − L(g, s) ≥ 0, and X − Σ_g L(g, s) ≥ 0. With |L| < 64 · 2^38 · 2^37 = 2^81 and the widths
    //    of S/3, N and X, each slack is below 2^82 + 2^81 + 2^81 = 2^83 either side, as NotNegativeSlots assumes.
    //    Spread ranges `linear`.
    signal {maxbit} rangedJoint <== Range(JOINT_BITS())(joint);
    var remainders = 0;
    for (var g = 0; g < nGroups; g++) {
        _ <== Range(REMAINDER_BITS())(remainder[g]);
        remainders += remainder[g];
    }
    for (var j = 0; j < PNL_SIGNALS(); j++) {
        var first = j * SCENARIOS_PER_SIGNAL();
        var count = SCENARIOS() - first;
        if (count > SCENARIOS_PER_SIGNAL()) count = SCENARIOS_PER_SIGNAL();
        var ones = 0;
        var thirds = 0;
        for (var i = 0; i < count; i++) {
            ones += 1 << (SCENARIO_SLOT_BITS() * i);
            thirds += SCENARIO_THIRDS(first + i) * (1 << (SCENARIO_SLOT_BITS() * i));
        }
        var together = 0;
        for (var g = 0; g < nGroups; g++) {
            NotNegativeSlots(count, SCENARIO_SLOT_BITS())(thirds * linear[g] + ones * remainder[g] + packed[g][j]);
            together += packed[g][j];
        }
        NotNegativeSlots(count, SCENARIO_SLOT_BITS())(ones * rangedJoint + together);
    }

    // 6. D covers the linear parts, X covers N and D.
    signal {maxbit} rangedDiversified <== Range(REMAINDER_BITS())(diversified);
    Spread(nGroups)(words, linear, rangedDiversified);
    _ <== Range(JOINT_BITS())(rangedJoint - remainders - rangedDiversified);

    // 7. R = C + X.
    requirement <== charges + rangedJoint;
}

/**
 * @title  Covered
 * @notice E · 10,000 ≥ R · coverage, if it is `needed`. |E|, R < 2^85 and coverage < 2^14, so a negative gap wraps far
 *         above 2^100.
 */
template Covered() {
    signal input {binary} needed;
    signal input equity;
    signal input requirement;
    signal input {maxbit} coverage;
    assert(coverage.maxbit <= COVERAGE_BITS());

    signal covered <== requirement * coverage;
    signal gap <== needed * (BASIS_POINTS() * equity - covered);
    _ <== Range(100)(gap);
}
