pragma circom 2.2.0;

include "ranges.circom";
include "protocol.circom";

/** What an account holds of one instrument. An empty slot is all 0. */
bus Holding() {
    /** issuerId · 2^16 + serial */
    signal {maxbit} instrument;
    /** Lots, |size| < 2^38. */
    signal size;
}

/**
 * @title  ReadHolding
 * @notice Ranges one (instrument, size); id 0 goes with size 0 and no other.
 * @output issuerId  the instrument's high bits
 * @output isLong    1 if size ≥ 0
 */
template ReadHolding() {
    signal input instrument;
    signal input size;
    output Holding() holding;
    signal output issuerId;
    signal output {binary} isLong;

    issuerId <-- instrument >> SERIAL_BITS();
    _ <== Range(ISSUER_BITS())(issuerId);
    _ <== Range(SERIAL_BITS())(instrument - issuerId * (1 << SERIAL_BITS()));
    holding.instrument.maxbit = INSTRUMENT_BITS();
    holding.instrument <== instrument;

    // −2^38 fits its bits and is no size.
    isLong <== Signed(LOTS_BITS())(size);
    NonZero()(size + (1 << LOTS_BITS()));
    holding.size <== size;

    signal noInstrument <== IsZero()(instrument);
    signal noSize <== IsZero()(size);
    noInstrument === noSize;
}

/**
 * @title  PackWords
 * @notice Four holdings to a 252-bit word: Σ (instrument + (size + 2^38) · 2^24) · 2^(63 j).
 */
template PackWords(n) {
    assert(n % HOLDINGS_PER_WORD() == 0);
    input Holding() holdings[n];
    signal output words[n \ HOLDINGS_PER_WORD()];

    var width = INSTRUMENT_BITS() + SIZE_BITS();
    for (var w = 0; w < n \ HOLDINGS_PER_WORD(); w++) {
        var word = 0;
        for (var j = 0; j < HOLDINGS_PER_WORD(); j++) {
            var i = w * HOLDINGS_PER_WORD() + j;
            var offset = holdings[i].size + (1 << LOTS_BITS());
            word += (holdings[i].instrument + offset * (1 << INSTRUMENT_BITS())) * (1 << (width * j));
        }
        words[w] <== word;
    }
}

/**
 * @title  ReadHoldings
 * @notice An account's contents: every number ranged, instruments ascending, each once, empty slots last.
 */
template ReadHoldings(n) {
    signal input instruments[n];
    signal input sizes[n];
    output Holding() holdings[n];
    signal output issuerIds[n];
    signal output {binary} isLong[n];
    signal output words[n \ HOLDINGS_PER_WORD()];

    signal {maxbit} ids[n];
    ids.maxbit = INSTRUMENT_BITS();
    for (var i = 0; i < n; i++) {
        (holdings[i], issuerIds[i], isLong[i]) <== ReadHolding()(instruments[i], sizes[i]);
        ids[i] <== holdings[i].instrument;
    }
    Ascending(n)(ids);
    words <== PackWords(n)(holdings);
}

/**
 * @title  Conserve
 * @notice What goes in equals what comes out, per instrument: every non-empty item is assigned to one slot of the same
 *         instrument, and a slot's size is the sum of its items. The last `spare` slots have size 0: there instruments
 *         end that cancel out. However a prover splits the items of one instrument between slots, their sum over all
 *         slots of that instrument stays what went in; the `slots` are distinct, so nothing is doubled or lost.
 * @input  items  what the account held and what is added; assumes ranged
 * @input  slots  what the account holds after; assumes ascending
 * @input  spares instruments that may cancel out; free, since only sums of 0 fit there
 */
template Conserve(nItems, nSlots, nSpare) {
    input Holding() items[nItems];
    input Holding() slots[nSlots];
    signal input spares[nSpare];

    var total = nSlots + nSpare;
    signal empty[nItems];
    signal chosen[nItems][total];
    signal moved[nItems][total];
    var sums[total];
    for (var t = 0; t < total; t++) sums[t] = 0;

    for (var m = 0; m < nItems; m++) {
        var found = 0;
        var count = 0;
        for (var t = 0; t < total; t++) {
            var id = t < nSlots ? slots[t].instrument : spares[t - nSlots];
            chosen[m][t] <-- (found == 0 && id == items[m].instrument && id != 0) ? 1 : 0;
            found += chosen[m][t];
            chosen[m][t] * (chosen[m][t] - 1) === 0;
            if (t < nSlots) {
                chosen[m][t] * (slots[t].instrument - items[m].instrument) === 0;
            } else {
                chosen[m][t] * (spares[t - nSlots] - items[m].instrument) === 0;
            }
            count += chosen[m][t];
            moved[m][t] <== chosen[m][t] * items[m].size;
            sums[t] += moved[m][t];
        }
        empty[m] <== IsZero()(items[m].instrument);
        count === 1 - empty[m];
    }
    for (var t = 0; t < total; t++) {
        if (t < nSlots) {
            sums[t] === slots[t].size;
        } else {
            sums[t] === 0;
        }
    }
}
