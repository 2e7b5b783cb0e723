package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Work;
import io.pascaline.layers.plan.LinearLayer;
import io.pascaline.layers.plan.LocalLayer;
import io.pascaline.layers.plan.PlanLayer;

/** What has a rate of its own; the texts are the keys of files. */
public enum RateName {
  /** Dealer, once per epoch: per weight. */
  DEALER_SETUP("dealer-setup"),
  /** Party, once per epoch: per weight. */
  MASK_WEIGHTS("mask-weights"),
  /** Party, once per epoch: per weight. */
  PACK_WEIGHTS("pack-weights"),
  /** Dealer: per multiply-add, a word counting as sixteen. */
  LINEAR_DEAL("linear-deal"),
  /** Party, ahead of time: per multiply-add, a word counting as sixteen. */
  LINEAR_PREPARE("linear-prepare"),
  /** Party, online: per multiply-add, a word counting as sixteen. */
  LINEAR_EXCHANGE("linear-exchange"),
  /** Dealer: per word of correction and opening. */
  ACTIVATION_DEAL("activation-deal"),
  /** Party, ahead of time: per word of correction and opening. */
  ACTIVATION_PREPARE("activation-prepare"),
  /** Party, online: per word of correction and opening. */
  ACTIVATION_EXCHANGE("activation-exchange"),
  /** Party, online: per word of input and output. */
  LOCAL("local");

  private final String key;

  RateName(final String key) {
    this.key = key;
  }

  /** The key in files. */
  public String key() {
    return key;
  }

  /** The rate that work in a layer goes by; the layer is null for work on all layers. */
  static RateName of(final Work work, final PlanLayer layer) {
    final boolean linear = layer instanceof LinearLayer;
    return switch (work.kind()) {
      case DEALER_SETUP -> DEALER_SETUP;
      case MASK_WEIGHTS -> MASK_WEIGHTS;
      case PACK_WEIGHTS -> PACK_WEIGHTS;
      case DEAL -> linear ? LINEAR_DEAL : ACTIVATION_DEAL;
      case PREPARE -> linear ? LINEAR_PREPARE : ACTIVATION_PREPARE;
      case EXCHANGE -> linear ? LINEAR_EXCHANGE : ACTIVATION_EXCHANGE;
      case LOCAL -> {
        if (!(layer instanceof LocalLayer)) {
          throw new IllegalArgumentException("layer " + work.layer() + " is not local");
        }
        yield LOCAL;
      }
    };
  }
}
