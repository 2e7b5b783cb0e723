// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a plan. Big-endian:
 *
 * <pre>
 * u64 magic "PSCLPLAN" | u16 version | text name | shape input | i8 inputFractionBits | u16 layers
 * then per layer: u8 kind | text name | i32 producer (one, or two for a join) | the kind's own part
 *   1 linear:     map | i8 weightFractionBits | i8 outputFractionBits | u8 biased
 *   2 activation: i32 inputMultiplier | shape | FusedActivation
 *   3 sum pool:   11 x i32 window | i8 outputFractionBits | i64 outputDivisor
 *   4 join:       shape | i32 left | i32 right | i8 outputFractionBits | i64 outputDivisor
 *   5 to 7:       layers of the classic suite, see ClassicCodec
 * text: u16 length in bytes | UTF-8.  shape: u8 rank | i32 per dimension.
 * map: u8 kind | 15 x i32 (1, convolution) or 2 x i32 (2, matrix product)
 * </pre>
 */
final class PlanCodec {
  private static final long MAGIC = 0x5053434C504C414EL;
  private static final int VERSION = 1;
  private static final int MAX_RANK = 8;
  private static final int LINEAR = 1;
  private static final int ACTIVATION = 2;
  private static final int SUM_POOL = 3;
  private static final int JOIN = 4;
  private static final int CLASSIC_LINEAR = 5;
  private static final int CLASSIC_ACTIVATION = 6;
  private static final int MEAN_POOL = 7;
  private static final int CONVOLUTION = 1;
  private static final int MATRIX = 2;

  private PlanCodec() {}

  static byte[] encode(NetworkPlan plan) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      if (plan.layers().size() > 0xFFFF) {
        throw new IllegalArgumentException("layers are more than 65535");
      }
      out.writeLong(MAGIC);
      out.writeShort(VERSION);
      writeText(out, plan.name());
      writeShape(out, plan.inputShape());
      out.writeByte(plan.inputFractionBits());
      out.writeShort(plan.layers().size());
      for (PlanLayer layer : plan.layers()) {
        writeLayer(out, layer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  private static void writeLayer(DataOutputStream out, PlanLayer layer) throws IOException {
    out.writeByte(kind(layer));
    writeText(out, layer.name());
    for (int input : layer.inputs()) {
      out.writeInt(input);
    }
    if (layer instanceof FusedLinearLayer linear) {
      writeMap(out, linear.map());
      out.writeByte(linear.weightFractionBits());
      out.writeByte(linear.outputFractionBits());
      out.writeByte(linear.biased() ? 1 : 0);
    } else if (layer instanceof FusedActivationLayer activation) {
      out.writeInt(activation.inputMultiplier());
      writeShape(out, activation.activation().shape());
      ByteBuffer step = ByteBuffer.allocate(activation.activation().encodedLengthBytes());
      activation.activation().encode(step);
      out.write(step.array());
    } else if (layer instanceof FusedSumPoolLayer pool) {
      writeInts(out, geometry(pool.window()));
      out.writeByte(pool.outputFractionBits());
      out.writeLong(pool.outputDivisor());
    } else if (layer instanceof JoinLayer join) {
      writeShape(out, join.shape());
      out.writeInt(join.leftMultiplier());
      out.writeInt(join.rightMultiplier());
      out.writeByte(join.outputFractionBits());
      out.writeLong(join.outputDivisor());
    } else if (layer instanceof ClassicLinearLayer linear) {
      ClassicCodec.write(out, linear);
    } else if (layer instanceof ClassicActivationLayer activation) {
      ClassicCodec.write(out, activation);
    } else if (layer instanceof ClassicMeanPoolLayer pool) {
      ClassicCodec.write(out, pool);
    }
  }

  private static int kind(PlanLayer layer) {
    if (layer instanceof FusedLinearLayer) {
      return LINEAR;
    }
    if (layer instanceof FusedActivationLayer) {
      return ACTIVATION;
    }
    if (layer instanceof FusedSumPoolLayer) {
      return SUM_POOL;
    }
    if (layer instanceof ClassicLinearLayer) {
      return CLASSIC_LINEAR;
    }
    if (layer instanceof ClassicActivationLayer) {
      return CLASSIC_ACTIVATION;
    }
    return layer instanceof ClassicMeanPoolLayer ? MEAN_POOL : JOIN;
  }

  static NetworkPlan decode(byte[] encoded) {
    NetworkPlan plan;
    try {
      plan = read(ByteBuffer.wrap(encoded));
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("plan is cut short", e);
    }
    if (!Arrays.equals(plan.encode(), encoded)) {
      throw new IllegalArgumentException("plan is not in canonical form");
    }
    return plan;
  }

  private static NetworkPlan read(ByteBuffer in) {
    if (in.getLong() != MAGIC) {
      throw new IllegalArgumentException("plan does not begin with its magic number");
    }
    int version = Short.toUnsignedInt(in.getShort());
    if (version != VERSION) {
      throw new IllegalArgumentException("plan version is " + version + ", must be " + VERSION);
    }
    String name = readText(in);
    Shape inputShape = readShape(in);
    int inputFractionBits = in.get();
    int layerCount = Short.toUnsignedInt(in.getShort());
    // Not sized by the count: it is only a claim until the layers have been read.
    List<PlanLayer> layers = new ArrayList<>();
    for (int id = 0; id < layerCount; id++) {
      layers.add(readLayer(in, id));
    }
    return new NetworkPlan(name, inputShape, inputFractionBits, layers);
  }

  private static PlanLayer readLayer(ByteBuffer in, int id) {
    int kind = in.get();
    String name = readText(in);
    switch (kind) {
      case LINEAR:
        return readLinear(in, id, name);
      case ACTIVATION:
        {
          List<Integer> inputs = List.of(in.getInt());
          int multiplier = in.getInt();
          Shape shape = readShape(in);
          FusedActivation activation = FusedActivation.decode(id, shape, in);
          double bound = Math.scalb(1.0, 30 - activation.inputFractionBits());
          return new FusedActivationLayer(id, name, inputs, multiplier, activation, bound);
        }
      case SUM_POOL:
        {
          List<Integer> inputs = List.of(in.getInt());
          PoolWindow window = window(readInts(in, 11));
          return new FusedSumPoolLayer(id, name, inputs, window, in.get(), in.getLong());
        }
      case JOIN:
        {
          List<Integer> inputs = List.of(in.getInt(), in.getInt());
          Shape shape = readShape(in);
          return new JoinLayer(
              id, name, inputs, shape, in.getInt(), in.getInt(), in.get(), in.getLong());
        }
      case CLASSIC_LINEAR:
        return ClassicCodec.readLinear(in, id, name);
      case CLASSIC_ACTIVATION:
        return ClassicCodec.readActivation(in, id, name);
      case MEAN_POOL:
        return ClassicCodec.readMeanPool(in, id, name);
      default:
        throw new IllegalArgumentException("layer " + id + " is of unknown kind " + kind);
    }
  }

  private static FusedLinearLayer readLinear(ByteBuffer in, int id, String name) {
    List<Integer> inputs = List.of(in.getInt());
    LinearMap map = readMap(in);
    int weightBits = in.get();
    int outputBits = in.get();
    boolean biased = in.get() == 1;
    double bound = Math.scalb(1.0, 30 - outputBits);
    return new FusedLinearLayer(id, name, inputs, map, weightBits, outputBits, biased, bound);
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0xFFFF) {
      throw new IllegalArgumentException("name has " + bytes.length + " bytes, most are 65535");
    }
    out.writeShort(bytes.length);
    out.write(bytes);
  }

  private static String readText(ByteBuffer in) {
    int length = Short.toUnsignedInt(in.getShort());
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static void writeShape(DataOutputStream out, Shape shape) throws IOException {
    if (shape.rank() > MAX_RANK) {
      throw new IllegalArgumentException("rank is " + shape.rank() + ", must be at most 8");
    }
    out.writeByte(shape.rank());
    for (int i = 0; i < shape.rank(); i++) {
      out.writeInt(shape.dim(i));
    }
  }

  static Shape readShape(ByteBuffer in) {
    int rank = in.get();
    if (rank < 0 || rank > MAX_RANK) {
      throw new IllegalArgumentException("rank is " + rank + ", must be at most " + MAX_RANK);
    }
    return Shape.of(readInts(in, rank));
  }

  static void writeMap(DataOutputStream out, LinearMap map) throws IOException {
    if (map instanceof Convolution2d convolution) {
      out.writeByte(CONVOLUTION);
      writeInts(out, geometry(convolution));
    } else if (map instanceof MatrixProduct matrix) {
      out.writeByte(MATRIX);
      writeInts(out, matrix.inputCount(), matrix.outputCount());
    }
  }

  static LinearMap readMap(ByteBuffer in) {
    int kind = in.get();
    if (kind == CONVOLUTION) {
      int[] g = readInts(in, 15);
      return new Convolution2d(
          g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10], g[11], g[12], g[13],
          g[14]);
    }
    if (kind == MATRIX) {
      return new MatrixProduct(in.getInt(), in.getInt());
    }
    throw new IllegalArgumentException("linear map is of unknown kind " + kind);
  }

  private static int[] geometry(Convolution2d c) {
    return new int[] {
      c.inputChannels(), c.inputHeight(), c.inputWidth(), c.outputChannels(), c.kernelHeight(),
      c.kernelWidth(), c.strideHeight(), c.strideWidth(), c.padTop(), c.padLeft(),
      c.padBottom(), c.padRight(), c.dilationHeight(), c.dilationWidth(), c.groups()
    };
  }

  static int[] geometry(PoolWindow w) {
    return new int[] {
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
      w.padRight()
    };
  }

  static PoolWindow window(int[] g) {
    return new PoolWindow(g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10]);
  }

  static void writeInts(DataOutputStream out, int... values) throws IOException {
    for (int value : values) {
      out.writeInt(value);
    }
  }

  static int[] readInts(ByteBuffer in, int count) {
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.getInt();
    }
    return values;
  }
}
