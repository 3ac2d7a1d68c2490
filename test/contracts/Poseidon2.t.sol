// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {PoseidonT3} from "poseidon-solidity/PoseidonT3.sol";
import {Poseidon2} from "contracts/generated/Poseidon2.sol";
import {Protocol} from "contracts/generated/Protocol.sol";
import {Test} from "./support/Test.sol";

contract Poseidon2Test is Test {
    function testFuzzEqualsPoseidonSolidity(uint256 left, uint256 right) external pure {
        vm.assertEq(Poseidon2.hash(left, right), PoseidonT3.hash([left, right]));
        left %= Protocol.FIELD;
        vm.assertEq(Poseidon2.hash(left, right), PoseidonT3.hash([left, right]));
    }

    function testEdgesOfTheField() external pure {
        uint256[6] memory edges =
            [uint256(0), 1, Protocol.FIELD - 1, Protocol.FIELD, Protocol.FIELD + 1, type(uint256).max];
        for (uint256 i = 0; i < 6; i++) {
            for (uint256 j = 0; j < 6; j++) {
                vm.assertEq(Poseidon2.hash(edges[i], edges[j]), PoseidonT3.hash([edges[i], edges[j]]));
            }
        }
    }

    function testCostsLess() external view {
        PoseidonT3.hash([uint256(1), 2]);
        Poseidon2.hash(1, 2);
        uint256 start = gasleft();
        PoseidonT3.hash([uint256(1), 2]);
        uint256 theirs = start - gasleft();
        start = gasleft();
        Poseidon2.hash(1, 2);
        uint256 ours = start - gasleft();
        vm.assertLe(ours * 100, theirs * 80, "gas");
    }
}
