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
import java.io.DataOutputStream;
import java.io.IOException;
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
 *        4 ExactRelu: shape     5 ExactMaxPool: 11 x i32 window
 *   7 mean pool:  11 x i32 window | i8 outputFractionBits | f64 bound
 * </pre>
 */
final class ClassicCodec {
  private static final int HONEY_BADGER = 1;
  private static final int ESPN = 2;
  private static final int TREE = 3;
  private static final int RELU = 4;
  private static final int MAX_POOL = 5;
  private static final int WINDOW_INTS = 11;

  /** A max pool keeps an index for each tap of a channel's windows. */
  private static final long MAX_TAPS = 1 << 24;

  private ClassicCodec() {}

  static void write(DataOutputStream out, ClassicLinearLayer layer) throws IOException {
    PlanCodec.writeMap(out, layer.map());
    out.writeByte(layer.weightFractionBits());
    out.writeByte(layer.outputFractionBits());
    out.writeByte(layer.biased() ? 1 : 0);
    out.writeDouble(layer.linear().outputBound());
  }

  static ClassicLinearLayer readLinear(ByteBuffer in, int id, String name) {
    List<Integer> inputs = List.of(in.getInt());
    LinearMap map = PlanCodec.readMap(in);
    int weightBits = in.get();
    int outputBits = in.get();
    boolean biased = in.get() == 1;
    ClassicLinear linear = new ClassicLinear(id, map, weightBits, in.getDouble());
    return new ClassicLinearLayer(id, name, inputs, linear, weightBits, outputBits, biased);
  }

  static void write(DataOutputStream out, ClassicActivationLayer layer) throws IOException {
    out.writeByte(layer.outputFractionBits());
    ClassicActivation activation = layer.activation();
    if (activation instanceof ClassicPolynomial step) {
      out.writeByte(protocol(step));
      PlanCodec.writeShape(out, step.shape());
      out.writeDouble(step.inputBound());
      ByteBuffer basis = ByteBuffer.allocate(step.polynomial().encodedLengthBytes());
      step.polynomial().encode(basis);
      out.write(basis.array());
    } else if (activation instanceof ExactMaxPool pool) {
      out.writeByte(MAX_POOL);
      PlanCodec.writeInts(out, geometry(pool.window()));
    } else {
      out.writeByte(RELU);
      PlanCodec.writeShape(out, activation.inputShape());
    }
  }

  private static int protocol(ClassicPolynomial step) {
    if (step instanceof HoneyBadger) {
      return HONEY_BADGER;
    }
    return step instanceof Espn ? ESPN : TREE;
  }

  static ClassicActivationLayer readActivation(ByteBuffer in, int id, String name) {
    List<Integer> inputs = List.of(in.getInt());
    int bits = in.get();
    int protocol = in.get();
    ClassicActivation activation;
    if (protocol == RELU) {
      activation = new ExactRelu(id, PlanCodec.readShape(in));
    } else if (protocol == MAX_POOL) {
      activation = maxPool(id, PlanCodec.window(PlanCodec.readInts(in, WINDOW_INTS)));
    } else {
      activation = readPolynomial(in, id, protocol, bits);
    }
    return new ClassicActivationLayer(id, name, inputs, activation, bits);
  }

  private static ClassicActivation readPolynomial(ByteBuffer in, int id, int protocol, int bits) {
    Shape shape = PlanCodec.readShape(in);
    double bound = in.getDouble();
    if (!(ActivationBasis.decode(in) instanceof PolynomialBasis basis)) {
      throw new IllegalArgumentException("layer " + id + " is of the classic suite, no polynomial");
    }
    switch (protocol) {
      case HONEY_BADGER:
        return new HoneyBadger(id, shape, basis, bits, bound);
      case ESPN:
        return new Espn(id, shape, basis, bits, bound);
      case TREE:
        return new PolynomialTree(id, shape, basis, bits, bound);
      default:
        throw new IllegalArgumentException("layer " + id + " has unknown protocol " + protocol);
    }
  }

  static void write(DataOutputStream out, ClassicMeanPoolLayer layer) throws IOException {
    PlanCodec.writeInts(out, PlanCodec.geometry(layer.window()));
    out.writeByte(layer.outputFractionBits());
    out.writeDouble(layer.bound());
  }

  static ClassicMeanPoolLayer readMeanPool(ByteBuffer in, int id, String name) {
    List<Integer> inputs = List.of(in.getInt());
    PoolWindow window = PlanCodec.window(PlanCodec.readInts(in, WINDOW_INTS));
    return new ClassicMeanPoolLayer(id, name, inputs, window, in.get(), in.getDouble());
  }

  /**
   * Returns the step of a geometry.
   *
   * @throws IllegalArgumentException if a channel's windows have too many elements
   */
  static ExactMaxPool maxPool(int id, PoolWindow w) {
    long taps = (long) w.area() * w.outputHeight() * w.outputWidth();
    if (taps > MAX_TAPS) {
      throw new IllegalArgumentException(
          "windows of layer " + id + " have " + taps + " elements, at most " + MAX_TAPS);
    }
    return new ExactMaxPool(
        id,
        new io.pascaline.protocols.classic.PoolWindow(
            w.channels(),
            w.inputHeight(),
            w.inputWidth(),
            w.kernelHeight(),
            w.kernelWidth(),
            w.strideHeight(),
            w.strideWidth(),
            w.padTop(),
            w.padLeft(),
            w.padBottom(),
            w.padRight()));
  }

  private static int[] geometry(io.pascaline.protocols.classic.PoolWindow w) {
    return new int[] {
      w.channels(), w.inputHeight(), w.inputWidth(), w.kernelHeight(),
      w.kernelWidth(), w.strideHeight(), w.strideWidth(), w.padTop(),
      w.padLeft(), w.padBottom(), w.padRight()
    };
  }
}
