package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Work;
import io.pascaline.layers.plan.LinearLayer;
import io.pascaline.layers.plan.LocalLayer;
import io.pascaline.layers.plan.PlanLayer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Layers whose work costs alike; each kind has rates of its own. */
enum LayerKind {
  /** Convolutions and products over words. Per multiply-add, a word counting as sixteen. */
  LINEAR(
      EnumSet.of(
          Work.Kind.DEALER_SETUP,
          Work.Kind.MASK_WEIGHTS,
          Work.Kind.PACK_WEIGHTS,
          Work.Kind.DEAL,
          Work.Kind.PREPARE,
          Work.Kind.EXCHANGE)),
  /** The fused suite's activation. Per word of correction and opening. */
  FUSED(EnumSet.of(Work.Kind.DEAL, Work.Kind.PREPARE, Work.Kind.EXCHANGE)),
  /** Layers without messages. Per word of input and output. */
  LOCAL(EnumSet.of(Work.Kind.LOCAL));

  private final Set<Work.Kind> works;

  LayerKind(final Set<Work.Kind> works) {
    this.works = works;
  }

  static LayerKind of(final PlanLayer layer) {
    if (layer instanceof LocalLayer) {
      return LOCAL;
    }
    return layer instanceof LinearLayer ? LINEAR : FUSED;
  }

  /** The rate's name, such as {@code linear.exchange}. */
  String key(final Work.Kind work) {
    return word(name()) + "." + word(work.name());
  }

  private static String word(final String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Names of all rates. */
  static List<String> keys() {
    final List<String> keys = new ArrayList<>();
    for (final LayerKind layer : values()) {
      layer.works.forEach(work -> keys.add(layer.key(work)));
    }
    return List.copyOf(keys);
  }
}
