pragma circom 2.2.0;

include "binary-merkle-root.circom";
include "poseidon.circom";
include "ranges.circom";

/**
 * @title  TreeRoot
 * @notice Root of a binary Poseidon tree that grows (LeanIMT): a leaf sits at most maxDepth levels below it.
 * @input  depth, index, siblings  the path; which position it names proves nothing
 * @output out  never 0: zk-kit's template yields 0 for a depth above maxDepth, and 0 is the root of an empty tree
 */
template TreeRoot(maxDepth) {
    signal input leaf;
    signal input depth;
    signal input index;
    signal input siblings[maxDepth];
    signal output out;

    out <== BinaryMerkleRoot(maxDepth)(leaf, depth, index, siblings);
    NonZero()(out);
}

/**
 * @title  PositionRoot
 * @notice Root of a full binary tree in which leaf sits at a given position.
 * @input  position  its bits, lowest first; assumes binary
 */
template PositionRoot(levels) {
    signal input leaf;
    signal input {binary} position[levels];
    signal input siblings[levels];
    signal output out;

    signal nodes[levels + 1];
    signal left[levels];
    nodes[0] <== leaf;
    for (var i = 0; i < levels; i++) {
        left[i] <== nodes[i] + position[i] * (siblings[i] - nodes[i]);
        nodes[i + 1] <== Poseidon(2)([left[i], nodes[i] + siblings[i] - left[i]]);
    }
    out <== nodes[levels];
}
