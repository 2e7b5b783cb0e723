// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.actors.compute.Work;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Divides the time of an inference that ran alone into categories, from the recorded work of its
 * roles. Measured and simulated inferences are divided by the same rules.
 */
final class InferenceTimeline implements Timeline {
  private static final String PARTY_0 = "party 0";
  private static final String PARTY_1 = "party 1";
  private static final String CLIENT = "client";

  private final NetworkPlan plan;

  /** A masked tensor, at sender or receiver. */
  private record Opening(String node, long layer, long round) {}

  /**
   * Reads the layers of a plan.
   *
   * @param plan of the network, whose layers spans name by their ids
   */
  InferenceTimeline(NetworkPlan plan) {
    this.plan = plan;
  }

  @Override
  public Breakdown breakdown(long fromNs, long untilNs, List<Span> within) {
    return Breakdown.of(fromNs, untilNs, claims(fromNs, untilNs, within));
  }

  private List<Interval> claims(long fromNs, long untilNs, List<Span> within) {
    List<Interval> claims = new ArrayList<>();
    for (Span span : within) {
      if (span.event() == Span.Event.PAUSE) {
        claims.add(new Interval(TimeCategory.GARBAGE_COLLECTION, span.fromNs(), span.untilNs()));
      } else if (span.event() == Span.Event.TASK && PARTY_0.equals(span.node())) {
        claims.add(new Interval(arithmetic(span), span.fromNs(), span.untilNs()));
      } else if (isCoding(span)) {
        claims.add(new Interval(TimeCategory.CODING, span.fromNs(), span.untilNs()));
      }
    }
    addClient(fromNs, untilNs, within, claims);
    addParty(within, claims);
    return claims;
  }

  private static boolean isCoding(Span span) {
    boolean coding = span.event() == Span.Event.ENCODED || span.event() == Span.Event.DECODED;
    return coding && (PARTY_0.equals(span.node()) || CLIENT.equals(span.node()));
  }

  private TimeCategory arithmetic(Span task) {
    Work.Kind kind = Work.Kind.valueOf(task.kind());
    return switch (kind) {
      case OPEN -> TimeCategory.MASKING;
      case LOCAL -> TimeCategory.LOCAL;
      case ROUND ->
          switch (plan.layers().get((int) task.layer()).kind()) {
            case FUSED_LINEAR, CLASSIC_LINEAR -> TimeCategory.LINEAR;
            case FUSED_ACTIVATION, FUSED_HARMONIC, FUSED_PRODUCT, CLASSIC_ACTIVATION ->
                TimeCategory.ACTIVATION;
            case FUSED_SUM_POOL, CLASSIC_MEAN_POOL, JOIN, VIEW, CONCAT -> TimeCategory.LOCAL;
          };
      case DEALER_SETUP, MASK_WEIGHTS, PACK_WEIGHTS, DEAL, PREPARE -> TimeCategory.OTHER;
    };
  }

  /**
   * Sharing before the client has handed its shares over, joining after the last share of the
   * output came, and the way of the shares between.
   */
  private static void addClient(
      long askedNs, long endNs, List<Span> within, List<Interval> claims) {
    OptionalLong sharedNs =
        Span.last(within, Span.Event.QUEUED, CLIENT, LinkMessage.Kind.INPUT_SHARE);
    sharedNs.ifPresent(untilNs -> claims.add(new Interval(TimeCategory.CLIENT, askedNs, untilNs)));
    OptionalLong answeredNs =
        Span.last(within, Span.Event.DECODED, CLIENT, LinkMessage.Kind.OUTPUT_SHARE);
    answeredNs.ifPresent(fromNs -> claims.add(new Interval(TimeCategory.CLIENT, fromNs, endNs)));
    addWay(within, LinkMessage.Kind.INPUT_SHARE, CLIENT, PARTY_0, claims);
    addWay(within, LinkMessage.Kind.OUTPUT_SHARE, PARTY_0, CLIENT, claims);
    OptionalLong peersNs =
        Span.last(within, Span.Event.ENCODED, PARTY_1, LinkMessage.Kind.OUTPUT_SHARE);
    OptionalLong ownNs =
        Span.last(within, Span.Event.ENCODED, PARTY_0, LinkMessage.Kind.OUTPUT_SHARE);
    if (peersNs.isPresent() && ownNs.isPresent() && answeredNs.isPresent()) {
      claims.add(new Interval(TimeCategory.PEER, ownNs.getAsLong(), peersNs.getAsLong()));
      claims.add(new Interval(TimeCategory.TRANSIT, peersNs.getAsLong(), answeredNs.getAsLong()));
    }
  }

  /** From handing a share over to its first frame, and from its last frame to its receiver. */
  private static void addWay(
      List<Span> within,
      LinkMessage.Kind kind,
      String sender,
      String receiver,
      List<Interval> claims) {
    OptionalLong queuedNs = Span.last(within, Span.Event.QUEUED, sender, kind);
    OptionalLong encodedNs = Span.last(within, Span.Event.ENCODED, sender, kind);
    OptionalLong decodedNs = Span.last(within, Span.Event.DECODED, receiver, kind);
    if (queuedNs.isPresent() && encodedNs.isPresent() && decodedNs.isPresent()) {
      // Encoding and decoding themselves come before both.
      claims.add(new Interval(TimeCategory.HAND_OVER, queuedNs.getAsLong(), encodedNs.getAsLong()));
      claims.add(new Interval(TimeCategory.TRANSIT, encodedNs.getAsLong(), decodedNs.getAsLong()));
    }
  }

  /** From the arrival of party 0's input share until its output share is handed to the link. */
  private static void addParty(List<Span> within, List<Interval> claims) {
    Map<Opening, Span> encoded = new HashMap<>();
    Map<Opening, Span> decoded = new HashMap<>();
    long fromNs = Long.MAX_VALUE;
    long untilNs = Long.MIN_VALUE;
    for (Span span : within) {
      Opening opening = new Opening(span.node(), span.layer(), span.round());
      if (LinkMessage.Kind.MASKED_TENSOR.name().equals(span.kind())) {
        if (span.event() == Span.Event.ENCODED) {
          encoded.put(opening, span);
        } else if (span.event() == Span.Event.DECODED) {
          decoded.put(opening, span);
        }
      } else if (span.is(Span.Event.DECODED, PARTY_0, LinkMessage.Kind.INPUT_SHARE)) {
        fromNs = span.untilNs();
      } else if (span.is(Span.Event.QUEUED, PARTY_0, LinkMessage.Kind.OUTPUT_SHARE)) {
        untilNs = span.untilNs();
      }
    }
    claims.add(new Interval(TimeCategory.HAND_OVER, fromNs, untilNs));
    encoded.forEach(
        (opening, own) -> {
          Opening peers = new Opening(PARTY_1, opening.layer(), opening.round());
          Span arrival = decoded.get(opening);
          Span departure = encoded.get(peers);
          if (opening.node().equals(PARTY_0) && arrival != null && departure != null) {
            long leftNs = Math.max(own.untilNs(), departure.untilNs());
            claims.add(new Interval(TimeCategory.PEER, own.untilNs(), leftNs));
            claims.add(new Interval(TimeCategory.TRANSIT, leftNs, arrival.fromNs()));
          }
        });
  }
}
