// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Work;
import io.pascaline.layers.plan.ClassicActivationLayer;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.classic.ClassicActivation;
import io.pascaline.protocols.classic.Espn;
import io.pascaline.protocols.classic.ExactMaxPool;
import io.pascaline.protocols.classic.ExactRelu;
import io.pascaline.protocols.classic.HoneyBadger;
import io.pascaline.protocols.classic.PolynomialTree;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Layers whose work costs alike; each kind has rates of its own. */
enum LayerKind {
  /** Convolutions and products over words. Per multiply-add, a word counting as sixteen. */
  LINEAR(Work.Kind.ROUND, true),
  /** The same over double words, with the truncation that follows. */
  LINEAR64(Work.Kind.ROUND, true),
  /** The fused suite's activation. Per word of correction and opening, as those below. */
  FUSED(Work.Kind.ROUND, false),
  /** The fused suite's activation with harmonics of the ring. */
  HARMONIC(Work.Kind.ROUND, false),
  /** The fused suite's product of two tensors. */
  PRODUCT(Work.Kind.ROUND, false),
  /** Powers by binomials. */
  HONEYBADGER(Work.Kind.ROUND, false),
  /** Products of one-sided powers. */
  ESPN(Work.Kind.ROUND, false),
  /** Powers by a tree of products. */
  TREE(Work.Kind.ROUND, false),
  /** Exact ReLU. */
  RELU(Work.Kind.ROUND, false),
  /** Exact maxima. */
  MAX_POOL(Work.Kind.ROUND, false),
  /** Layers without messages. Per word of input and output. */
  LOCAL(Work.Kind.LOCAL, false);

  private final Set<Work.Kind> works;

  LayerKind(Work.Kind online, boolean weighted) {
    Set<Work.Kind> kinds = EnumSet.of(online);
    if (online == Work.Kind.ROUND) {
      kinds.add(Work.Kind.DEAL);
      kinds.add(Work.Kind.PREPARE);
      kinds.add(Work.Kind.OPEN);
    }
    if (weighted) {
      kinds.add(Work.Kind.DEALER_SETUP);
      kinds.add(Work.Kind.MASK_WEIGHTS);
      kinds.add(Work.Kind.PACK_WEIGHTS);
    }
    works = kinds;
  }

  static LayerKind of(PlanLayer layer) {
    return switch (layer.kind()) {
      case FUSED_LINEAR -> LINEAR;
      case FUSED_ACTIVATION -> FUSED;
      case FUSED_HARMONIC -> HARMONIC;
      case FUSED_PRODUCT -> PRODUCT;
      case CLASSIC_LINEAR -> LINEAR64;
      case CLASSIC_ACTIVATION -> of(((ClassicActivationLayer) layer).activation());
      case FUSED_SUM_POOL, CLASSIC_MEAN_POOL, JOIN, VIEW, CONCAT -> LOCAL;
    };
  }

  private static LayerKind of(ClassicActivation activation) {
    if (activation instanceof HoneyBadger) {
      return HONEYBADGER;
    }
    if (activation instanceof Espn) {
      return ESPN;
    }
    if (activation instanceof PolynomialTree) {
      return TREE;
    }
    if (activation instanceof ExactRelu) {
      return RELU;
    }
    if (activation instanceof ExactMaxPool) {
      return MAX_POOL;
    }
    throw new IllegalArgumentException("activation of unknown kind " + activation.getClass());
  }

  /** Returns the rate's name, such as {@code linear.round}. */
  String key(Work.Kind work) {
    return word(name()) + "." + word(work.name());
  }

  private static String word(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Names of all rates. */
  static List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (LayerKind layer : values()) {
      layer.works.forEach(work -> keys.add(layer.key(work)));
    }
    return List.copyOf(keys);
  }
}
