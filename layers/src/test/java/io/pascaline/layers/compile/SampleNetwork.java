// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.graph.MaxTournament;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.protocols.activation.TrigonometricBasis;
import io.pascaline.protocols.linear.TensorView;
import java.util.List;

/** Small networks that between them use everything the compiler can do. */
public enum SampleNetwork {
  RESIDUAL {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 8, 8);
      String stem = s.activation(s.affine(s.conv("input", 4, 3, 1, 1, 1)));
      String branch = s.affine(s.conv(stem, 4, 3, 1, 1, 1));
      String block = s.activation(s.sum(branch, stem));
      String down = s.conv(block, 6, 3, 2, 1, 1);
      String shortcut = s.affine(s.conv(block, 6, 1, 2, 0, 1));
      String second = s.activation(s.sum(shortcut, down));
      return s.graph(s.full(s.flat(s.globalPool(second)), 5));
    }
  },
  GROUPED {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 4, 7, 7);
      String first = s.activation(s.conv("input", 8, 3, 2, 1, 2));
      String depthwise = s.activation(s.affine(s.conv(first, 8, 3, 1, 1, 8)));
      String before = s.affine(depthwise);
      return s.graph(s.full(s.flat(s.activation(s.conv(before, 4, 1, 1, 0, 4))), 3));
    }
  },
  LINEAR_AFTER_LINEAR {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 1, 6, 6);
      String twice = s.conv(s.conv("input", 4, 3, 1, 0, 1), 4, 3, 1, 0, 1);
      return s.graph(s.full(s.full(s.flat(s.activation(twice)), 8), 4));
    }
  },
  ODD_POOL {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 7, 7);
      String features = s.activation(s.conv("input", 4, 3, 1, 1, 1));
      String pooled = s.pool(features, 3, 2, 1);
      String mixed = s.activation(s.conv(pooled, 4, 3, 1, 1, 1));
      return s.graph(s.pool(mixed, 3, 3, 0));
    }
  },
  ACTIVATION_AFTER_POOL {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 6, 6);
      String wide = s.activation(s.pool(s.conv("input", 4, 3, 1, 1, 1), 3, 1, 1));
      String small = s.activation(s.pool(wide, 3, 3, 0));
      return s.graph(s.activation(s.full(s.flat(small), 4)));
    }
  },
  POOLED_SHORTCUT {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 3, 6, 6);
      String features = s.activation(s.conv("input", 3, 3, 1, 1, 1));
      String sum = s.sum(s.pool(features, 3, 1, 1), s.conv(features, 3, 3, 1, 1, 1));
      String pooled = s.sum(s.pool(sum, 2, 2, 0), s.pool(features, 2, 2, 0));
      return s.graph(s.full(s.flat(s.activation(pooled)), 4));
    }
  },
  NORMALISED_INPUT {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 6, 6);
      String normal = s.conv(s.affine("input"), 4, 3, 1, 1, 1);
      String sum = s.sum(normal, normal);
      String pooled = s.pool(s.affine(s.activation(sum)), 3, 3, 0);
      return s.graph(s.affine(s.full(s.affine(s.flat(pooled)), 6)));
    }
  },
  SQUEEZE {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 6, 6);
      String features = s.activation(s.conv("input", 4, 3, 1, 1, 1));
      String gate = s.activation(s.conv(s.globalPool(features), 4, 1, 1, 0, 1));
      String scaled = s.product(features, gate);
      // A wide factor, an average of products, and a product with itself in a sum.
      String wide = s.product(s.conv(scaled, 4, 3, 1, 1, 1), s.globalPool(features));
      String sum = s.sum(wide, s.product(features, features));
      return s.graph(s.full(s.flat(s.activation(s.pool(sum, 3, 3, 0))), 4));
    }
  },
  SHAPES {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 6, 6);
      int[] edge = {0, 1, 1};
      String first = s.conv("input", 2, 1, 1, 0, 1);
      String framed = s.view(first, x -> TensorView.padded(x, edge, edge, false), 0.25);
      String features = s.activation(s.conv(s.activation(framed), 4, 3, 1, 0, 1));
      String raw = s.conv(features, 2, 3, 1, 1, 1);
      String joined = s.concat(0, features, s.pool(raw, 3, 1, 1), raw);
      String other = s.conv(s.activation(joined), 8, 1, 1, 0, 2);
      String difference = s.activation(s.difference(joined, other));
      // Channels last, back, and every other row backwards: the first two disappear.
      String back = s.transposed(s.transposed(difference, 1, 2, 0), 2, 0, 1);
      String rows = s.view(back, x -> TensorView.along(x, 1, 5, -2, 3, false), 0);
      String large = s.view(rows, x -> TensorView.repeated(x, 1, 2, 1), 0);
      String normal = s.affine(s.conv(large, 3, 3, 2, 1, 1));
      return s.graph(s.full(s.flat(s.activation(normal)), 4));
    }
  },
  TOURNAMENT {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 7, 7);
      String pooled = s.maxPool(s.conv("input", 3, 3, 1, 1, 1), 3, 2, 1);
      String large = s.maxPool(s.relu(s.conv(pooled, 3, 3, 1, 1, 1)), 4, 1, 2);
      NetworkGraph graph = s.graph(s.full(s.flat(large), 4));
      return ReplaceRelu.with(MaxTournament.in(graph), GraphSketch.QUARTIC);
    }
  },
  /** Periods that are a fraction of the ring, that can be made one, and that cannot. */
  WAVES {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 6, 6);
      double[] cosines = {-0.3, 0.1};
      double[] sines = {0.1, 0};
      TrigonometricBasis fraction = new TrigonometricBasis(0.5, 0.4, 16, cosines, sines);
      TrigonometricBasis scalable = new TrigonometricBasis(0.5, 0.4, 11.5, cosines, sines);
      TrigonometricBasis flat = new TrigonometricBasis(0.5, 0, 5.3, cosines, sines);
      String first = s.activation(s.conv("input", 4, 3, 1, 1, 1), scalable);
      String branch = s.conv(first, 4, 3, 1, 1, 1);
      String sum = s.activation(s.sum(branch, first), fraction);
      String fixed = s.activation(s.sum(s.conv(sum, 4, 3, 1, 1, 1), branch), scalable);
      String last = s.activation(s.conv(fixed, 4, 3, 1, 1, 1), flat);
      return s.graph(s.activation(s.full(s.flat(last), 4)));
    }
  },
  TRIGONOMETRIC {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 6, 6);
      TrigonometricBasis wave =
          new TrigonometricBasis(0.5, 0.4, 16, new double[] {-0.3}, new double[] {0.1});
      String pooled = s.pool(s.conv("input", 4, 3, 1, 1, 1), 3, 3, 0);
      return s.graph(s.full(s.flat(s.activation(pooled, wave)), 4));
    }
  };

  abstract NetworkGraph graph(long seed);

  /** Returns the network of a seed in float. */
  public NetworkGraph sketch(long seed) {
    return graph(seed);
  }

  /** Returns the same, compiled on 16 of its inputs. */
  public FusedNetwork compiled(long seed) {
    return compiled(seed, FusedSettings.standard());
  }

  /** Returns the same, compiled on 16 of its inputs. */
  public FusedNetwork compiled(long seed, FusedSettings settings) {
    NetworkGraph graph = graph(seed);
    return FusedCompiler.compile(graph, GraphSketch.inputs(graph, seed, 16), settings);
  }

  /** Inputs that the network was calibrated on. */
  public List<float[]> inputs(long seed, int count) {
    return GraphSketch.inputs(graph(seed), seed, count);
  }
}
