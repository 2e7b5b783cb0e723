// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.LinkAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Function;

/** All roles in this process, over UDP on loopback, sealed, each with a media driver of its own. */
final class InProcess implements AutoCloseable {
  /**
   * Where a role is reached.
   *
   * @param advertised what its peers are told; null for where it listens
   * @param reached told where it listens, returns where peers dial it
   */
  record Door(LinkAddress advertised, Function<LinkAddress, LinkAddress> reached) {
    /** Peers reach it where it listens. */
    static final Door OPEN = new Door(null, Function.identity());

    /** Peers reach it through a relay. */
    static Door behind(LossyRelay relay) {
      return new Door(
          relay.address(),
          node -> {
            relay.target(node);
            return relay.address();
          });
    }
  }

  private static final LinkAddress ANY_PORT = LinkAddress.udp("127.0.0.1", 0);

  private final DealerNode dealer;
  private final PartyNode party0;
  private final PartyNode party1;
  private final PrivateInferenceClient client;

  private InProcess(
      DealerNode dealer, PartyNode party0, PartyNode party1, PrivateInferenceClient client) {
    this.dealer = dealer;
    this.party0 = party0;
    this.party1 = party1;
    this.client = client;
  }

  /**
   * Starts all roles.
   *
   * @param runtime how a member runs, but for its door
   * @param doors how a member is reached
   */
  static InProcess start(
      SmallNetwork network,
      Function<Member, RuntimeSettings> runtime,
      Function<Member, Door> doors) {
    SecureRandom random = new SecureRandom();
    ModelShare[] shares = ModelShares.split(network.network(), random);
    CorrelationKey key0 = CorrelationKey.generate(random);
    CorrelationKey key1 = CorrelationKey.generate(random);
    Function<Member, RuntimeSettings> settings =
        member -> {
          RuntimeSettings own = runtime.apply(member);
          return own.toBuilder()
              .links(own.links().toBuilder().advertised(doors.apply(member).advertised()).build())
              .build();
        };
    DealerNode dealer =
        DealerNode.start(
            network.network().plan(), key0, key1, ANY_PORT, settings.apply(Member.DEALER));
    LinkAddress toDealer = doors.apply(Member.DEALER).reached().apply(dealer.address());
    PartyNode party0 =
        PartyNode.start(shares[0], key0, ANY_PORT, toDealer, null, settings.apply(Member.PARTY_0));
    LinkAddress toParty0 = doors.apply(Member.PARTY_0).reached().apply(party0.address());
    PartyNode party1 =
        PartyNode.start(
            shares[1], key1, ANY_PORT, toDealer, toParty0, settings.apply(Member.PARTY_1));
    LinkAddress toParty1 = doors.apply(Member.PARTY_1).reached().apply(party1.address());
    PrivateInferenceClient client =
        PrivateInferenceClient.builder(network.network().plan())
            .listen(ANY_PORT)
            .party(0, toParty0, null)
            .party(1, toParty1, null)
            .runtime(settings.apply(Member.CLIENT_A))
            .requestTimeout(Duration.ofSeconds(60))
            .retry(RetryPolicy.never())
            .connect();
    // It has dialled already; what comes for it before this is sent again.
    doors.apply(Member.CLIENT_A).reached().apply(client.transport().address());
    return new InProcess(dealer, party0, party1, client);
  }

  PartyNode party(int partyId) {
    return partyId == 0 ? party0 : party1;
  }

  PrivateInferenceClient client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
    party1.close();
    party0.close();
    dealer.close();
  }
}
