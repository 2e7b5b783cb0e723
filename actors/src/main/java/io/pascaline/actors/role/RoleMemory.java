// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.layers.plan.MemoryNeed;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.transport.codec.WordArrays;
import java.util.Locale;

/**
 * Divides a JVM's memory among the roles in it: how many inferences' correlations are kept, whether
 * layers are streamed instead, and how much the dealer makes at a time. Refuses a start that cannot
 * work.
 *
 * <p>The roles may use what is set, or {@value #HEAP_PERCENT} % of the heap less what is in it
 * already; the rest is the garbage collector's, which needs room beside arrays that are as large as
 * these. What they hold is in {@link MemoryNeed}.
 */
public final class RoleMemory {
  private static final int HEAP_PERCENT = 75;

  /** A plan that needs no more than this part of the heap is not calculated with. */
  private static final int PLENTY = 4;

  /** Where memory is plenty, a dealer in the same JVM may use this part of the heap to deal. */
  private static final int DEALING_PART = 16;

  /** What a link to a peer queues of online traffic; see {@link WireLimits}. */
  private static final long QUEUE_BYTES = 64L << 20;

  /** Arrays that are kept for the next inference may take this part of the heap. */
  private static final int RECYCLED_PART = 16;

  private static final int PARTIES = 2;
  private static final double GIB = 1L << 30;
  private static final long MIB = 1L << 20;

  /** A heap that is recommended is a multiple of this. */
  private static final long HEAP_STEP_MIB = 64;

  private final NetworkPlan plan;
  private final MemoryNeed need;

  /** What the roles may take; 0 for a part of the heap. */
  private final long limitBytes;

  /** Inferences whose correlations a party is to keep, if there is room. */
  private final int wantedInferences;

  private final int computeThreads;
  private final long heapBytes = Runtime.getRuntime().maxMemory();

  /**
   * What all roles in one JVM may do.
   *
   * @param precomputation of each party
   * @param dealBytes of the dealer
   */
  public record Shared(Precomputation precomputation, long dealBytes) {}

  private RoleMemory(NetworkPlan plan, RuntimeSettings runtime) {
    this.plan = plan;
    need = MemoryNeed.of(plan, LinearKernels.best());
    limitBytes = runtime.memoryBytes();
    wantedInferences = runtime.precomputedCorrelations();
    computeThreads = runtime.computeThreads();
  }

  /** Returns an empty store for the arrays of all links and steps in this JVM. */
  public static WordArrays recycledArrays() {
    return new WordArrays(Runtime.getRuntime().maxMemory() / RECYCLED_PART / Integer.BYTES);
  }

  /**
   * Returns how far a party in a process of its own precomputes.
   *
   * @throws InsufficientMemoryException if it cannot run the plan
   */
  public static Precomputation partyPrecomputation(NetworkPlan plan, RuntimeSettings runtime) {
    RoleMemory memory = new RoleMemory(plan, runtime);
    MemoryNeed need = memory.need;
    long fixed = memory.fixedPartyBytes(runtime, memory.loadedBytes());
    long room =
        memory.room(
            fixed,
            memory.wantedInferences * need.inferenceBytes(),
            need.largestCorrelationBytes(),
            1);
    return memory.precomputation(room, 1);
  }

  /** Returns what a party takes that precomputes so far, in bytes. */
  static long partyBytes(NetworkPlan plan, RuntimeSettings runtime, Precomputation precomputation) {
    MemoryNeed need = new RoleMemory(plan, runtime).need;
    return minPartyBytes(plan, runtime)
        - need.largestCorrelationBytes()
        + (precomputation.isStreamed()
            ? precomputation.streamedBytes()
            : precomputation.inferences() * need.inferenceBytes());
  }

  /** Returns what a party needs at least, in bytes. */
  static long minPartyBytes(NetworkPlan plan, RuntimeSettings runtime) {
    RoleMemory memory = new RoleMemory(plan, runtime);
    MemoryNeed need = memory.need;
    return memory.fixedPartyBytes(runtime, need.partyWeightBytes())
        + need.largestCorrelationBytes();
  }

  /** Returns what a dealer takes beside what it deals, in bytes. */
  static long fixedDealerBytes(NetworkPlan plan, RuntimeSettings runtime) {
    return new RoleMemory(plan, runtime).fixedDealerBytes();
  }

  /** Returns what a dealer can use to deal, in bytes. */
  static long wantedDealBytes(NetworkPlan plan, RuntimeSettings runtime) {
    return new RoleMemory(plan, runtime).wantedDealBytes();
  }

  /** Returns what a dealer needs at least, in bytes. */
  static long minDealerBytes(NetworkPlan plan, RuntimeSettings runtime) {
    RoleMemory memory = new RoleMemory(plan, runtime);
    return memory.fixedDealerBytes() + memory.need.largestDealBytes();
  }

  /** Returns what the roles of this JVM may use: what is set, or a part of the heap. */
  static long budgetBytes(RuntimeSettings runtime) {
    long heapBytes = Runtime.getRuntime().maxMemory();
    return runtime.memoryBytes() > 0
        ? runtime.memoryBytes()
        : Math.max(1, heapBytes * HEAP_PERCENT / 100 - usedBytes());
  }

  /**
   * Returns how many bytes a dealer in a process of its own may use to make corrections.
   *
   * @throws InsufficientMemoryException if it cannot deal for the plan
   */
  public static long dealBytes(NetworkPlan plan, RuntimeSettings runtime) {
    RoleMemory memory = new RoleMemory(plan, runtime);
    long minBytes = memory.need.largestDealBytes();
    return Math.max(
        1, memory.room(memory.fixedDealerBytes(), memory.wantedDealBytes(), minBytes, 0));
  }

  /**
   * For how many inferences a server holds correlations.
   *
   * @param ownInferences of each client, whatever others do
   * @param sharedInferences of all clients together beside these
   */
  public record ClientCorrelations(int ownInferences, int sharedInferences) {}

  /**
   * Returns for how many inferences a server in a process of its own holds correlations.
   *
   * @param clientCount how many clients may be there, each of which has room for one inference
   * @param ahead inferences that are precomputed for a client beyond those that it has asked for
   * @throws InsufficientMemoryException if it cannot run the plan for all of them
   */
  public static ClientCorrelations clientCorrelations(
      NetworkPlan plan, RuntimeSettings runtime, int clientCount, int ahead) {
    RoleMemory memory = new RoleMemory(plan, runtime);
    MemoryNeed need = memory.need;
    // All clients may come at once, and each is sent the masked weights.
    long fixed =
        memory.loadedBytes() + clientCount * (need.openingsBytes() + memory.openingBytes());
    long each = Math.max(1, need.inferenceBytes());
    int wantedOfOne = runtime.maxSessions() + ahead;
    long room = memory.room(fixed, clientCount * wantedOfOne * each, clientCount * each, 1);
    long inferences = Math.min((long) clientCount * wantedOfOne, room / each);
    int own = (int) Math.max(1, Math.min(runtime.limits().maxBatch(), inferences / clientCount));
    return new ClientCorrelations(own, (int) Math.max(0, inferences - (long) own * clientCount));
  }

  /**
   * Returns how many bytes the dealer of a server may use to make corrections for one client.
   *
   * @param clientCount how many clients may be there
   * @throws InsufficientMemoryException if it cannot deal for all of them
   */
  public static long pairDealBytes(NetworkPlan plan, RuntimeSettings runtime, int clientCount) {
    RoleMemory memory = new RoleMemory(plan, runtime);
    MemoryNeed need = memory.need;
    // The server's link is one; each client has a mask of the weights.
    long fixed = clientCount * need.dealerWeightBytes() + memory.correctionBytes();
    long wanted = clientCount * memory.wantedDealBytes();
    long room = memory.room(fixed, wanted, clientCount * need.largestDealBytes(), 0);
    return Math.max(1, room / clientCount);
  }

  /**
   * Returns what dealer and parties may do in one JVM.
   *
   * @throws InsufficientMemoryException if they cannot run the plan
   */
  public static Shared shared(NetworkPlan plan, RuntimeSettings runtime) {
    RoleMemory memory = new RoleMemory(plan, runtime);
    MemoryNeed need = memory.need;
    // A correction on its way is at the dealer, too, for a moment: one that is made, and one for
    // each party. Links are fast and dealing waits for packing, so half of the openings are gone.
    long fixed =
        need.dealerWeightBytes()
            + PARTIES * (need.partyWeightBytes() + need.openingsBytes() / 2 + need.sessionBytes())
            + (1 + PARTIES) * need.largestDealBytes();
    long room =
        memory.room(
            fixed,
            memory.wantedInferences * PARTIES * need.inferenceBytes(),
            PARTIES * need.largestCorrelationBytes(),
            PARTIES);
    Precomputation precomputation = memory.precomputation(room, PARTIES);
    long dealBytes =
        precomputation.limited()
            ? need.largestDealBytes()
            : Math.max(room, memory.heapBytes / DEALING_PART);
    return new Shared(precomputation, Math.max(1, dealBytes));
  }

  /** Returns what of a party's weights counts: its share is in the heap, unless a size is set. */
  private long loadedBytes() {
    return limitBytes > 0 ? need.partyWeightBytes() : need.partyPackedBytes();
  }

  private long fixedDealerBytes() {
    return need.dealerWeightBytes() + PARTIES * correctionBytes();
  }

  private long wantedDealBytes() {
    return computeThreads * need.largestDealBytes();
  }

  private long fixedPartyBytes(RuntimeSettings runtime, long loadedBytes) {
    // Corrections on their way to an on-disk store.
    long onDisk = runtime.state().storeSessions() > 0 ? need.correlationBytesOfInference() : 0;
    // Over a slow link, corrections come while weights are still being opened.
    return loadedBytes + need.openingsBytes() + need.sessionBytes() + openingBytes() + onDisk;
  }

  /** Returns what a party queues towards its peer at most, beside the openings of weights. */
  private long openingBytes() {
    return Math.min(QUEUE_BYTES, plan.costs().onlineBytesPerDirection());
  }

  /** Returns what a dealer queues towards a party at most. */
  private long correctionBytes() {
    return Math.min(
        WireLimits.maxQueuedBytes(plan), wantedInferences * plan.costs().offlineBytes());
  }

  private Precomputation precomputation(long room, int parties) {
    long fitting = room / Math.max(1, parties * need.inferenceBytes());
    if (fitting >= wantedInferences) {
      return Precomputation.of(wantedInferences);
    }
    return fitting >= 1
        ? new Precomputation((int) fitting, 0, true)
        : new Precomputation(0, Math.max(1, room / parties), true);
  }

  /**
   * Returns what there is beside what is fixed.
   *
   * @param fixedBytes what the roles hold whatever they precompute
   * @param wantedBytes what they could use beside
   * @param minBytes what they need beside
   * @param parties in this JVM
   */
  private long room(long fixedBytes, long wantedBytes, long minBytes, int parties) {
    if (limitBytes == 0 && fixedBytes + wantedBytes <= heapBytes / PLENTY) {
      return wantedBytes;
    }
    long usedBytes = limitBytes > 0 ? 0 : usedBytes();
    long roles = limitBytes > 0 ? limitBytes : heapBytes * HEAP_PERCENT / 100 - usedBytes;
    long room = roles - fixedBytes;
    if (room < minBytes || limitBytes > heapBytes) {
      throw refused(roles, usedBytes, fixedBytes, minBytes, parties);
    }
    return room;
  }

  /** Returns what is in the heap after a collection. */
  private static long usedBytes() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private InsufficientMemoryException refused(
      long rolesBytes, long usedBytes, long fixedBytes, long minBytes, int parties) {
    long neededBytes = fixedBytes + minBytes;
    String inference =
        parties == 0
            ? ""
            : " ("
                + gib(fixedBytes + parties * need.inferenceBytes())
                + " to keep a whole inference)";
    String cause =
        plan.name()
            + " needs "
            + gib(neededBytes)
            + " for weights, links and its largest layer"
            + inference;
    if (limitBytes > 0 && limitBytes <= heapBytes) {
      return new InsufficientMemoryException(
          cause
              + ", and "
              + gib(limitBytes)
              + " are set: set memory.max-mib (infer: --memory) to "
              + (neededBytes / MIB + 1)
              + " MiB or more");
    }
    long heap = Math.max(limitBytes, usedBytes + neededBytes) / HEAP_PERCENT * 100;
    long settingMib = settingMib(heap, heapBytes, HeapSetting.bytes().orElse(heapBytes));
    return new InsufficientMemoryException(
        cause
            + ", and of this JVM's heap of "
            + gib(heapBytes)
            + (limitBytes > 0
                ? " " + gib(limitBytes) + " are set for that"
                : " " + gib(Math.max(0, rolesBytes)) + " are left for that")
            + ": start it with PASCALINE_JAVA_OPTS=-Xmx"
            + settingMib
            + "m or more");
  }

  /**
   * Returns what -Xmx has to be for a heap. Of what it sets, some collectors keep a part for
   * objects on the move.
   *
   * @param heapBytes that objects need
   * @param usableBytes that they can use now
   * @param settingBytes that -Xmx is now
   */
  static long settingMib(long heapBytes, long usableBytes, long settingBytes) {
    double setting = (double) heapBytes * settingBytes / usableBytes;
    return ((long) setting / MIB / HEAP_STEP_MIB + 1) * HEAP_STEP_MIB;
  }

  static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.2f GiB", bytes / GIB);
  }
}
