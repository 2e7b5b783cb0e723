// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.testsupport.RightAnswers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.MemberStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done about members that cannot be reached: as a table, and with nodes. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class DowningTest {
  @TempDir private Path folder;

  /**
   * Names of gateways begin with g, those of cells with c. A member is up unless its status follows
   * its name, and its heartbeats come only where that is said or it is reached.
   */
  @ParameterizedTest(name = "{0} with [{1}], cut from [{2}], downs [{3}]")
  @CsvSource({
    // Nothing is unreachable.
    "g,        c,                '',               ''",
    "c,        '',               '',               ''",
    "c1,       c2,               '',               ''",
    // A gateway removes what it does not reach, however much that is.
    "g,        '',               c,                c",
    "g,        '',               c1 c2 c3 c4,      c1 c2 c3 c4",
    "g,        c1,               c2,               c2",
    "g1,       c1,               g2 c2,            c2 g2",
    "g2,       c2,               g1 c1,            c1 g1",
    "g1,       g2 c1,            c2,               c2",
    // A cell leaves that to the gateway of its side.
    "c1,       g1,               g2 c2,            ''",
    "c1,       g1 g2,            c2,               ''",
    // A cell that no gateway reaches ends itself, however many cells there are.
    "c,        '',               g,                c",
    "c1,       c2 c3 c4,         g,                c1",
    "c1,       c2 c3,            c4,               c1",
    "c1,       c2,               g1 g2 c3,         c1",
    // A gateway counts from its joining until it has left.
    "g/joining,  c,              g2,               g2",
    "g/weaklyup, c,              g2,               g2",
    "g/leaving,  c1,             c2,               c2",
    "g/exiting,  c1,             c2,               ''",
    "g/down,     c1,             c2,               ''",
    "c1,       g/joining,        g2,               ''",
    "c1,       g/weaklyup,       g2,               ''",
    "c1,       g/leaving,        c2,               ''",
    "c1,       g/exiting,        c2,               c1",
    "c1,       g/down,           c2,               c1",
    // A gateway that this node hears is not lost; a cell is, if any node does not reach it.
    "c1,       '',               g/heard c2,       ''",
    "c1,       c3,               g1/heard g2 c2,   ''",
    "g1,       c1,               g2/heard c2,      c2",
    "g1,       c1,               g2/heard,         ''",
    "g,        c1,               c2/heard c3/heard, c2 c3",
    "c1,       '',               c2/heard,         c1",
    // Unreachable members are removed in each state, and not twice.
    "g,        c,                c2/joining,       c2",
    "g,        c,                c2/weaklyup,      c2",
    "g,        c,                c2/leaving,       c2",
    "g,        c,                c2/exiting,       c2",
    "g,        c,                c2/down,          ''",
    "g,        c,                c2/down c3,       c3",
    "c,        '',               g/down,           ''",
    // A cell that is ending does so in good order.
    "c/joining,  '',             g,                c",
    "c/weaklyup, '',             g,                c",
    "c/leaving,  '',             g,                ''",
    "c/exiting,  '',             g,                ''",
    "c/down,     '',             g,                ''",
  })
  void shouldDecideByGatewaysAlone(String self, String reached, String lost, String expected) {
    List<Downing.Seen> others =
        Stream.concat(members(reached, true), members(lost, false)).toList();
    Set<String> down =
        Downing.toDown(members(self, true).findFirst().orElseThrow(), others).stream()
            .map(address -> address.getHost().orElseThrow())
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(expected, String.join(" ", down));
  }

  private static Stream<Downing.Seen> members(String names, boolean isReachable) {
    return Stream.of(names.split(" "))
        .filter(name -> !name.isEmpty())
        .map(
            name -> {
              String[] parts = name.split("/");
              return new Downing.Seen(
                  new Address("pekko", "pascaline-party0", parts[0], 7350),
                  name.startsWith("g"),
                  status(parts.length == 1 || parts[1].equals("heard") ? "up" : parts[1]),
                  !isReachable,
                  isReachable || name.endsWith("/heard"));
            });
  }

  private static MemberStatus status(String name) {
    return switch (name) {
      case "joining" -> MemberStatus.joining();
      case "weaklyup" -> MemberStatus.weaklyUp();
      case "up" -> MemberStatus.up();
      case "leaving" -> MemberStatus.leaving();
      case "exiting" -> MemberStatus.exiting();
      case "down" -> MemberStatus.down();
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** With one cell against one gateway, neither a majority nor the oldest node may decide. */
  @Test
  void shouldServeOnAfterAnOlderCellCrashed() throws Exception {
    try (Operators operators = new Operators(folder, Optional.empty())) {
      Operators.Cell a = operators.add("a");
      operators.awaitServing(1);
      operators.restartGateways(a);
      operators.awaitServing(1);
      shouldAnswer(operators);

      a.kill();
      for (GatewayNode gateway : operators.gateways) {
        Operators.await(() -> gateway.members().size() == 1, "removal of the cell");
      }
      operators.add("b");
      operators.awaitServing(1);
      shouldAnswer(operators);
    }
  }

  @Test
  void shouldEndCellsThatNoGatewayReaches() throws Exception {
    try (Operators operators = new Operators(folder, Optional.empty())) {
      Operators.Cell a = operators.add("a");
      Operators.Cell b = operators.add("b");
      operators.awaitServing(2);
      operators.killGateways();
      a.awaitEnd();
      b.awaitEnd();
    }
  }

  private static void shouldAnswer(Operators operators) {
    try (GatewayClient client = operators.client()) {
      float[] input = operators.input();
      InferenceResult result = client.infer(input).toCompletableFuture().join();
      assertNull(new RightAnswers(operators.network).faultOf(input, result.logitWords()));
    }
  }
}
