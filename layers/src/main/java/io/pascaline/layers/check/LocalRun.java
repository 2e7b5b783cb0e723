// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import io.pascaline.layers.check.LocalStep.Outcome;
import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.evaluate.ClassicEvaluator;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.plan.FunctionLayer;
import io.pascaline.layers.plan.KnownShares;
import io.pascaline.layers.plan.LocalLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.StepLayer;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.Share;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs a suite's protocols for a whole network in one thread, dealer and both parties in plaintext
 * next to each other, and compares every layer's reconstructed output with its meaning: linear and
 * local layers of the fused suite and comparisons must agree exactly, all others within their own
 * bound. In the classic suite a share may wrap, with the probability that the plan's costs tell;
 * that shows as a divergence. A layer is judged on its actual input, so the first one that diverges
 * is where the fault is.
 *
 * <p>No privacy: whoever runs this sees everything. One epoch per object, a new session per run;
 * not thread-safe.
 */
public final class LocalRun {
  private final NetworkPlan plan;
  private final KnownShares known;
  private final LayerJudge judge;
  private final LocalStep[] steps;
  private final long epoch;
  private final WorkSplitter splitter;
  private final SecureRandom random = new SecureRandom();
  private CorrectionTap tap = CorrectionTap.NONE;
  private long nextNumber;

  /**
   * Opens the masked weights of an epoch.
   *
   * @param reference the network's meaning
   * @param shares of party 0 and 1, of a network with the same plan
   * @param key0 stands for what dealer and party 0 share
   * @param key1 stands for what dealer and party 1 share
   * @param epoch never used before with these keys
   * @param splitter brings threads
   * @throws IllegalArgumentException if the shares do not belong to the plan and to each other
   */
  public LocalRun(
      CompiledNetwork reference,
      ModelShare[] shares,
      CorrelationKey key0,
      CorrelationKey key1,
      long epoch,
      WorkSplitter splitter) {
    this.plan = reference.plan();
    this.known = plan.knownShares();
    requirePair(plan, shares);
    this.judge = judge(reference, splitter);
    this.epoch = epoch;
    this.splitter = splitter;
    byte[] salt = ByteBuffer.allocate(Long.BYTES).putLong(epoch).array();
    KeyedRandom[] randoms = {KeyedRandom.derive(key0, salt), KeyedRandom.derive(key1, salt)};
    this.steps = new LocalStep[plan.layers().size()];
    for (PlanLayer layer : plan.layers()) {
      if (layer instanceof StepLayer step) {
        steps[layer.id()] =
            LocalStep.of(
                step,
                plan.visibility().correctionReceiver(),
                shares,
                epoch,
                randoms,
                known.reshares(layer.id()));
      }
    }
  }

  /** Returns a run with fresh keys and a fresh splitting of the weights, on the caller's thread. */
  public static LocalRun of(CompiledNetwork network) {
    SecureRandom random = new SecureRandom();
    return new LocalRun(
        network,
        ModelShares.split(network, random),
        CorrelationKey.generate(random),
        CorrelationKey.generate(random),
        random.nextLong(),
        WorkSplitter.sequential());
  }

  private static void requirePair(NetworkPlan plan, ModelShare[] shares) {
    if (shares.length != 2 || shares[0].partyId() != 0 || shares[1].partyId() != 1) {
      throw new IllegalArgumentException("shares must be those of party 0 and party 1");
    }
    for (ModelShare share : shares) {
      if (!Arrays.equals(share.plan().digest(), plan.digest())) {
        throw new IllegalArgumentException(
            "share of party " + share.partyId() + " has another plan");
      }
    }
    if (!Arrays.equals(shares[0].sharingId(), shares[1].sharingId())) {
      throw new IllegalArgumentException("shares are of two different splittings");
    }
  }

  /** Puts something between the dealer and the parties. */
  void tapCorrections(CorrectionTap newTap) {
    this.tap = newTap;
  }

  /** Payload bytes of the weight opening from one party to the other. */
  public long setupBytes(int partyId) {
    long total = 0;
    for (LocalStep step : steps) {
      total += step == null ? 0 : step.setup().by(partyId);
    }
    return total;
  }

  /** Runs the network on a real input; see {@link #run(int[])}. */
  public LocalReport run(float[] input) {
    return run(plan.encodeInput(input));
  }

  /**
   * Runs the network once.
   *
   * @param inputWords of the plan's input, in the form in which they travel; not written
   * @return every layer's check
   * @throws IllegalArgumentException if the length is wrong
   */
  public LocalReport run(int[] inputWords) {
    SessionId session = new SessionId(epoch, nextNumber++);
    Share[] input = plan.ring().split(plan.inputShape(), inputWords, random);
    Tensors tensors = new Tensors(plan.layers().size(), input);
    List<LayerCheck> checks = new ArrayList<>();
    for (PlanLayer layer : plan.layers()) {
      Share[][] inputs = new Share[layer.inputs().size()][];
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = tensors.read(layer, i);
      }
      Outcome outcome = run(layer, session, inputs, tensors);
      tensors.outputs[layer.id() + 1] = outcome.shares();
      tensors.reshared[layer.id()] = outcome.resharedOrNull();
      checks.add(check(layer, inputs, outcome));
    }
    Share[] last = tensors.outputs[plan.layers().size()];
    int[] output = plan.ring().sum(plan.ring().words(last[0]), plan.ring().words(last[1]));
    return new LocalReport(checks, output, plan.decodeOutput(output));
  }

  /** Both parties' shares of everything, and those that party 1 knows in the offline phase. */
  private final class Tensors {
    /** By tensor, the network's input first, and by party. */
    private final Share[][] outputs;

    /** By the layer that re-shares its input, and by party. */
    private final Share[][] reshared;

    private final Share[] knownOutputs;
    private final Share[] knownInputs;

    Tensors(int layerCount, Share[] input) {
      outputs = new Share[layerCount + 1][];
      outputs[0] = input;
      reshared = new Share[layerCount][];
      knownOutputs = new Share[layerCount + 1];
      knownInputs = new Share[layerCount];
    }

    /** Returns the shares that a layer reads. */
    Share[] read(PlanLayer layer, int port) {
      int resharing = known.resharingLayer(layer, port);
      return resharing < 0 ? outputs[layer.inputs().get(port) + 1] : reshared[resharing];
    }

    /** Returns what party 1 knows of what a layer reads; null unless it knows all of it. */
    Share[] readKnownOrNull(PlanLayer layer) {
      Share[] inputs = new Share[layer.inputs().size()];
      for (int port = 0; port < inputs.length; port++) {
        if (!known.isKnown(layer, port)) {
          return null;
        }
        int resharing = known.resharingLayer(layer, port);
        inputs[port] =
            resharing < 0 ? knownOutputs[layer.inputs().get(port) + 1] : knownInputs[resharing];
      }
      return inputs;
    }
  }

  private Outcome run(PlanLayer layer, SessionId session, Share[][] inputs, Tensors tensors) {
    Share[] ownKnown = tensors.readKnownOrNull(layer);
    if (layer instanceof LocalLayer && ownKnown != null) {
      tensors.knownOutputs[layer.id() + 1] = applied(layer, 1, ownKnown);
    }
    Share[] applied = new Share[2];
    for (int party = 0; party < 2; party++) {
      Share[] own = new Share[inputs.length];
      for (int i = 0; i < own.length; i++) {
        own[i] = inputs[i][party];
      }
      applied[party] = applied(layer, party, own);
    }
    if (layer instanceof LocalLayer) {
      return Outcome.local(applied);
    }
    LocalStep step = steps[layer.id()];
    LocalStep.Prepared prepared = step.prepare(session, tap, splitter);
    tensors.knownOutputs[layer.id() + 1] = prepared.knownOutputOrNull();
    tensors.knownInputs[layer.id()] = prepared.knownInputOrNull();
    Share inAdvance = known.opensInAdvance(layer.id()) ? applied(layer, 1, ownKnown) : null;
    return step.run(prepared, applied, inAdvance, splitter);
  }

  /** Returns what a party makes of its shares locally: a local layer's output, a step's input. */
  private static Share applied(PlanLayer layer, int party, Share[] own) {
    if (layer instanceof LocalLayer local) {
      return local.apply(party, own);
    }
    return layer instanceof FunctionLayer function ? function.stepInput(own) : own[0];
  }

  private LayerCheck check(PlanLayer layer, Share[][] inputs, Outcome outcome) {
    LayerJudge.Verdict verdict = judge.judge(layer, inputs, outcome.shares());
    return new LayerCheck(
        layer.id(),
        layer.name(),
        layer.outputShape().elementCount(),
        verdict.outOfRangeCount(),
        verdict.largestDeviation(),
        verdict.allowedDeviation(),
        outcome.rounds(),
        outcome.online(),
        outcome.advanceBytes(),
        outcome.correctionBytes());
  }

  private static LayerJudge judge(CompiledNetwork network, WorkSplitter splitter) {
    return network instanceof ClassicNetwork classic
        ? new ClassicJudge(new ClassicEvaluator(classic, splitter))
        : new FusedJudge(new FusedEvaluator((FusedNetwork) network, splitter));
  }
}
