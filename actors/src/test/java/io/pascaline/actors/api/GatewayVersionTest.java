// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.role.RoleHost;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a version that cannot be asked leaves behind. */
@Timeout(60)
class GatewayVersionTest {
  @Test
  void shouldEndItsActorSystemWhenItCannotBeOpened() {
    AtomicReference<RoleHost> host = new AtomicReference<>();
    GatewayDescription description =
        new GatewayDescription(
            "m",
            Fixtures.residual(5).plan(),
            "/v1/models/m",
            false,
            List.of("0"),
            List.of("1"),
            List.of());

    assertThrows(
        IndexOutOfBoundsException.class,
        () ->
            new GatewayVersion(
                failure -> {
                  host.set(RoleHost.own("client", failure));
                  return host.get();
                },
                description,
                List.of(),
                null,
                new RequestPolicy.Builder().build(),
                new ClientCounters()));

    assertThrows(IllegalStateException.class, () -> host.get().start(Behaviors.empty(), "late"));
  }
}
