// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.TensorView;
import java.util.List;

/** Small networks that between them use everything the classic suite's compiler can do. */
public enum ClassicSample {
  EXACT {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 8, 8);
      String stem = s.maxPool(s.relu(s.affine(s.conv("input", 4, 3, 1, 1, 1))), 3, 2, 1);
      String branch = s.conv(s.relu(s.conv(stem, 4, 3, 1, 1, 2)), 4, 3, 1, 1, 1);
      String block = s.relu(s.sum(branch, stem));
      return s.graph(s.full(s.flat(s.globalPool(block)), 5));
    }
  },
  ONE_ROUND {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 6, 6);
      String stem = s.activation(s.conv("input", 4, 3, 1, 1, 1));
      String block = s.activation(s.sum(s.conv(stem, 4, 3, 1, 1, 1), stem));
      return s.graph(s.full(s.flat(s.pool(block, 3, 2, 1)), 4));
    }

    @Override
    ClassicSettings settings() {
      return ClassicSettings.standard().withProtocol(PolynomialProtocol.ESPN);
    }
  },
  SHAPES {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 6, 6);
      int[] edge = {0, 1, 1};
      String framed = s.view("input", x -> TensorView.padded(x, edge, edge, false), 0.25);
      String features = s.relu(s.conv(framed, 4, 3, 1, 0, 1));
      String raw = s.conv(features, 2, 3, 1, 1, 1);
      String joined = s.concat(0, features, s.pool(raw, 3, 1, 1), raw);
      String other = s.conv(joined, 8, 1, 1, 0, 2);
      String difference = s.relu(s.difference(joined, other));
      String turned = s.transposed(difference, 0, 2, 1);
      String rows = s.view(turned, x -> TensorView.along(x, 1, 5, -2, 3, true), 0);
      return s.graph(s.full(s.flat(s.globalPool(rows)), 4));
    }
  },
  MIXED {
    @Override
    NetworkGraph graph(long seed) {
      GraphSketch s = new GraphSketch(seed, 2, 6, 6);
      String first = s.activation(s.conv("input", 3, 3, 1, 1, 1));
      String second = s.activation(s.conv(s.pool(first, 2, 2, 0), 3, 3, 1, 1, 1));
      String third = s.relu(s.conv(second, 4, 1, 1, 0, 1));
      String line = s.activation(s.full(s.flat(third), 6), new PolynomialBasis(0.25, 0.5));
      PolynomialBasis degree7 = new PolynomialBasis(0, 1, 0, 0, 0, 0, 0, -0.01);
      return s.graph(s.affine(s.activation(line, degree7)));
    }

    @Override
    ClassicSettings settings() {
      return ClassicSettings.standard()
          .withProtocol("activation1", PolynomialProtocol.TREE)
          .withProtocol("activation4", PolynomialProtocol.ESPN)
          .withFractionBits(14);
    }
  };

  abstract NetworkGraph graph(long seed);

  ClassicSettings settings() {
    return ClassicSettings.standard();
  }

  /** Returns the network of a seed in float. */
  public NetworkGraph sketch(long seed) {
    return graph(seed);
  }

  /** Returns the same, compiled on 16 of its inputs. */
  public ClassicNetwork compiled(long seed) {
    NetworkGraph graph = graph(seed);
    return ClassicCompiler.compile(graph, GraphSketch.inputs(graph, seed, 16), settings());
  }

  /** Inputs that the network was calibrated on. */
  public List<float[]> inputs(long seed, int count) {
    return GraphSketch.inputs(graph(seed), seed, count);
  }
}
