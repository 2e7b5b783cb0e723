// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.classic.ClassicActivation;
import io.pascaline.protocols.classic.ClassicLinear;
import io.pascaline.protocols.classic.ClassicPolynomial;
import io.pascaline.protocols.classic.Espn;
import io.pascaline.protocols.classic.ExactMaxPool;
import io.pascaline.protocols.classic.ExactRelu;
import io.pascaline.protocols.classic.HoneyBadger;
import io.pascaline.protocols.classic.PolynomialTree;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.Shape;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The classic suite's layers within the bytes of a plan ({@link PlanCodec}), after name and
 * producer:
 *
 * <pre>
 *   5 linear:     map | i8 weightFractionBits | i8 outputFractionBits | u8 biased | f64 outputBound
 *   6 activation: i8 outputFractionBits | u8 protocol | the protocol's own part
 *        1 HoneyBadger, 2 Espn, 3 PolynomialTree: shape | f64 inputBound | ActivationBasis
 *        4 ExactRelu: shape     5 ExactMaxPool: window
 *   7 mean pool:  window | i8 outputFractionBits | f64 bound
 * </pre>
 */
final class ClassicCodec {
  private static final int HONEY_BADGER = 1;
  private static final int ESPN = 2;
  private static final int TREE = 3;
  private static final int RELU = 4;
  private static final int MAX_POOL = 5;

  private ClassicCodec() {}

  static PlanWriter write(PlanWriter out, ClassicLinearLayer layer) {
    return out.map(layer.map())
        .u8(layer.weightFractionBits())
        .u8(layer.outputFractionBits())
        .u8(layer.biased() ? 1 : 0)
        .f64(layer.linear().outputBound());
  }

  static ClassicLinearLayer readLinear(PlanReader in, int id, String name, List<Integer> inputs) {
    LinearMap map = in.map();
    int weightBits = in.i8();
    int outputBits = in.i8();
    boolean biased = in.flag();
    ClassicLinear linear = new ClassicLinear(id, map, weightBits, in.f64());
    return new ClassicLinearLayer(id, name, inputs, linear, weightBits, outputBits, biased);
  }

  static PlanWriter write(PlanWriter out, ClassicActivationLayer layer) {
    out.u8(layer.outputFractionBits());
    ClassicActivation activation = layer.activation();
    if (activation instanceof ClassicPolynomial step) {
      ByteBuffer basis = ByteBuffer.allocate(step.polynomial().encodedLengthBytes());
      step.polynomial().encode(basis);
      return out.u8(protocol(step)).shape(step.shape()).f64(step.inputBound()).raw(basis.array());
    }
    if (activation instanceof ExactMaxPool pool) {
      return out.u8(MAX_POOL).window(pool.window());
    }
    if (activation instanceof ExactRelu relu) {
      return out.u8(RELU).shape(relu.inputShape());
    }
    throw unknown(layer.id(), activation.getClass().getSimpleName());
  }

  private static int protocol(ClassicPolynomial step) {
    return switch (step.kind()) {
      case HONEY_BADGER -> HONEY_BADGER;
      case ESPN -> ESPN;
      case TREE -> TREE;
    };
  }

  private static IllegalArgumentException unknown(int id, String protocol) {
    return new IllegalArgumentException("layer " + id + " has unknown protocol " + protocol);
  }

  static ClassicActivationLayer readActivation(
      PlanReader in, int id, String name, List<Integer> inputs) {
    int bits = in.i8();
    int protocol = in.i8();
    return switch (protocol) {
      case RELU ->
          new ClassicActivationLayer(id, name, inputs, new ExactRelu(id, in.shape()), bits);
      case MAX_POOL -> ClassicActivationLayer.maxPool(id, name, inputs, in.window(), bits);
      case HONEY_BADGER, ESPN, TREE ->
          new ClassicActivationLayer(id, name, inputs, polynomial(in, id, protocol, bits), bits);
      default -> throw unknown(id, Integer.toString(protocol));
    };
  }

  private static ClassicActivation polynomial(PlanReader in, int id, int protocol, int bits) {
    Shape shape = in.shape();
    double bound = in.f64();
    if (!(ActivationBasis.decode(in.raw()) instanceof PolynomialBasis basis)) {
      throw new IllegalArgumentException("layer " + id + " is of the classic suite, no polynomial");
    }
    return switch (protocol) {
      case HONEY_BADGER -> new HoneyBadger(id, shape, basis, bits, bound);
      case ESPN -> new Espn(id, shape, basis, bits, bound);
      case TREE -> new PolynomialTree(id, shape, basis, bits, bound);
      default -> throw unknown(id, Integer.toString(protocol));
    };
  }

  static PlanWriter write(PlanWriter out, ClassicMeanPoolLayer layer) {
    return out.window(layer.window()).u8(layer.outputFractionBits()).f64(layer.bound());
  }
}
