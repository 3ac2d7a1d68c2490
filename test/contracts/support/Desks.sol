// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {CreditDesk} from "contracts/CreditDesk.sol";
import {DeskTerms} from "contracts/interfaces/ICreditDesk.sol";
import {SolvencyProof} from "contracts/interfaces/ILine.sol";
import {Lines} from "./Lines.sol";
import {Token} from "./Tokens.sol";

/// @notice A desk with money to lend, at which Alice shows proofs.
abstract contract Desks is Lines {
    Token internal usd;
    CreditDesk internal desk;

    function setUpDesks() internal {
        setUpLines();
        usd = new Token(6);
        desk = new CreditDesk(ISSUER, config(), DeskTerms(address(usd), 1e6, 1_000, 5e6, 5_000e6, 1 days), OWNER);
        usd.mint(OWNER, 1e12);
        usd.mint(ALICE, 1e12);
        vm.startPrank(OWNER);
        desk.setGuardian(GUARDIAN);
        usd.approve(address(desk), type(uint256).max);
        desk.fund(100_000e6);
        vm.stopPrank();
        vm.prank(ALICE);
        usd.approve(address(desk), type(uint256).max);
    }

    function authorise(uint40 booked) internal {
        SolvencyProof memory proof = proofOf(address(desk), shown(10_000, true, booked, 0));
        vm.prank(ALICE);
        desk.authorise(proof);
    }

    function refresh(uint16 coverage, uint40 booked, uint40 released) internal {
        SolvencyProof memory proof = proofOf(address(desk), shown(coverage, false, booked, released));
        vm.prank(ALICE);
        desk.prove(proof);
    }

    /// @dev A new epoch and a root of now.
    function tick(uint256 secs) internal {
        skip(secs);
        publish(TABLE + epochNumber);
        root(ACCOUNTS);
    }

    function draw(uint256 amount) internal {
        vm.prank(ALICE);
        desk.draw(ALIAS, amount, ALICE);
    }
}
