// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.role.RoleFailure;
import io.pascaline.cli.output.ServingFault;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** A party whose gateway ends without it serves nobody over HTTPS, and looks well: it ends, too. */
@Timeout(30)
class PartyCommandTest {
  @Test
  void shouldEndWithItsGateway() {
    PartyCommand command = new PartyCommand();
    new CommandLine(command);
    RoleCommand.Line line = new RoleCommand.Line("a party", Map.of());
    AtomicBoolean closed = new AtomicBoolean();
    CompletionStage<RoleFailure> party = new CompletableFuture<>();
    CompletableFuture<String> gateway = new CompletableFuture<>();
    gateway.complete("gateway: the server at 127.0.0.1:8443 takes no connections any more");

    ServingFault fault =
        assertThrows(
            ServingFault.class,
            () ->
                command.serve(
                    line,
                    PartyCommand.failure(party, Optional.of(gateway), Optional.empty()),
                    () -> closed.set(true),
                    () -> line));

    assertEquals(
        "gateway: the server at 127.0.0.1:8443 takes no connections any more", fault.getMessage());
    assertTrue(closed.get(), "the party closes with it");
  }
}
