// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.link.Role;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The parties that a client asks. A client that stands apart asks both: each gets a share of the
 * input and gives one of the answer. A client that is party 1 itself asks its own party alone,
 * which gets the input, works with the other one, and gives the whole answer. Owned by the client's
 * actor; not thread-safe.
 */
final class AskedParties {
  private final NetworkPlan plan;
  private final SecureRandom random = new SecureRandom();

  /** The id of the first. */
  private final int firstId;

  private final Link[] links;

  /** Why the link of each party closed; null if it is open or has never been open. */
  private final String[] lostBecause;

  private AskedParties(NetworkPlan plan, int firstId, int count) {
    this.plan = plan;
    this.firstId = firstId;
    links = new Link[count];
    lostBecause = new String[count];
  }

  /** Returns the parties of a client, none of which has a link yet. */
  static AskedParties of(ClientSettings.Asked asked, NetworkPlan plan) {
    return switch (asked) {
      case BOTH_PARTIES -> new AskedParties(plan, 0, 2);
      case OWN_PARTY -> new AskedParties(plan, 1, 1);
    };
  }

  /** Takes a link; false if it leads to nobody who is asked. */
  boolean take(Link link) {
    LinkMessage.Hello hello = link.peerHello();
    int index = hello.partyId() - firstId;
    if (hello.role() != Role.PARTY || index < 0 || index >= links.length) {
      return false;
    }
    links[index] = link;
    lostBecause[index] = null;
    return true;
  }

  /**
   * Forgets a link; false if it is of nobody who is asked.
   *
   * @param reason why it closed, in one line
   */
  boolean drop(Link link, String reason) {
    int index = indexOf(link);
    if (index >= 0) {
      links[index] = null;
      lostBecause[index] = reason;
    }
    return index >= 0;
  }

  /** Returns a failure that names a party whose link was lost; empty if no link was lost. */
  Optional<Client.Failed> lost() {
    return lost("");
  }

  private Optional<Client.Failed> lost(String since) {
    return IntStream.range(0, links.length)
        .filter(index -> lostBecause[index] != null)
        .mapToObj(
            index -> "party " + (firstId + index) + " is gone (" + lostBecause[index] + ")" + since)
        .map(gone -> new Client.Failed(AbortReason.PEER_LOST, gone + ": try again later", 0))
        .findFirst();
  }

  /** Returns why a request got no answer in all of its time. */
  Client.Failed noAnswer(long timeoutMs) {
    String inTime = " within " + timeoutMs + " ms";
    String detail =
        areAllHere()
            ? "the parties gave no answer" + inTime + ": is the dealer running?"
            : "not both parties were connected" + inTime + ": start them first";
    return lost(" and did not return" + inTime)
        .orElseGet(() -> new Client.Failed(AbortReason.DEADLINE, detail, 0));
  }

  /** Returns which of the parties a link leads to; -1 for none. */
  int indexOf(Link link) {
    return Arrays.asList(links).indexOf(link);
  }

  /** Returns how many they are. */
  int count() {
    return links.length;
  }

  boolean areAllHere() {
    return stream().count() == links.length;
  }

  /** Returns the links that are open. */
  Stream<Link> stream() {
    return Arrays.stream(links).filter(link -> link != null);
  }

  /** Returns how many images all of them take in a session. */
  int maxBatch() {
    return stream().mapToInt(link -> link.peerHello().maxBatch()).min().orElse(0);
  }

  private List<int[]> shares(List<int[]> inputs) {
    if (links.length == 1) {
      return List.of(plan.ring().words(inputs.stream().map(this::whole).toList()));
    }
    List<List<Share>> shares = List.of(new ArrayList<>(), new ArrayList<>());
    for (int[] words : inputs) {
      Share[] split = plan.ring().split(plan.inputShape(), words, random);
      shares.get(0).add(split[0]);
      shares.get(1).add(split[1]);
    }
    return List.of(plan.ring().words(shares.get(0)), plan.ring().words(shares.get(1)));
  }

  private Share whole(int[] words) {
    return plan.ring().share(plan.inputShape(), words.clone());
  }

  /** Returns the output of each image, of what the parties gave for all of them. */
  List<int[]> outputs(int[][] ofParties, int imageCount) {
    int length = plan.outputWordCount();
    List<int[]> outputs = new ArrayList<>(imageCount);
    for (int image = 0; image < imageCount; image++) {
      int from = image * length;
      int[] first = Arrays.copyOfRange(ofParties[0], from, from + length);
      outputs.add(
          links.length == 1
              ? first
              : plan.ring().sum(first, Arrays.copyOfRange(ofParties[1], from, from + length)));
    }
    return Collections.unmodifiableList(outputs);
  }

  /**
   * Gives all of them what each is to know of the inputs of a request.
   *
   * @return false once one does not take it
   */
  boolean sendInputs(RequestId request, long timeoutMs, List<int[]> inputs) {
    List<int[]> shares = shares(inputs);
    for (int i = 0; i < links.length; i++) {
      if (!links[i].send(new LinkMessage.InputShare(request, timeoutMs, shares.get(i)))) {
        return false;
      }
    }
    return true;
  }
}
