// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.layers.format.FileFormat;
import io.pascaline.layers.format.FileFormatException;
import io.pascaline.layers.graph.OutputTransform;
import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.fused.FusedProduct;
import io.pascaline.protocols.fused.HarmonicActivation;
import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.Shape;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a plan: a {@link FileFormat} of magic "PSCLPLAN", whose code is the {@link
 * Visibility}, with the body, big-endian:
 *
 * <pre>
 * text name | shape input | i8 inputFractionBits | u16 limits | f64 per limit of the input
 * u16 layers, then per layer:
 *   u8 kind | text name | producers | the kind's own part
 *   producers: i32 each; one, two of a join or product, of a concat as many as a u16 before them
 *   1 linear:     map | i8 weightFractionBits | i8 outputFractionBits | u8 biased
 *   2 activation: i32 inputMultiplier | shape | FusedActivation
 *   3 sum pool:   window | i8 outputFractionBits | i64 outputDivisor
 *   4 join:       shape | i32 left | i32 right | i8 outputFractionBits | i64 outputDivisor
 *   5 to 7:       layers of the classic suite, see ClassicCodec
 *   8 harmonics:  i32 inputMultiplier | shape | HarmonicActivation
 *   9 product:    shape | shape of the second factor | i8 outputFractionBits
 *   10 view:      view | i64 pad | i8 outputFractionBits | i64 outputDivisor
 *   11 concat:    shape of the first input | u8 axis | i32 dimension of the axis per input
 *                 | i32 multiplier per input | i8 outputFractionBits | i64 outputDivisor
 * then: u8 output transform | i32 axis length | i32 elements between
 * text: u16 length in bytes | UTF-8.  shape: u8 rank | i32 per dimension.  window: 11 x i32.
 * view: shape input | i32 offset | u8 axes | 5 x i32 and u8 clamped per axis | shape output
 * map: u8 kind | 15 x i32 (1, convolution) or 2 x i32 (2, matrix product)
 * </pre>
 */
final class PlanCodec {
  private static final FileFormat FORMAT = new FileFormat("PSCLPLAN", "plan", 3);

  private PlanCodec() {}

  static byte[] encode(NetworkPlan plan) {
    PlanWriter out = new PlanWriter();
    out.text(plan.name()).shape(plan.inputShape()).u8(plan.inputFractionBits());
    List<Double> limits = plan.inputRange().limits();
    out.u16("number of limits", limits.size());
    limits.forEach(out::f64);
    out.u16("number of layers", plan.layers().size());
    for (PlanLayer layer : plan.layers()) {
      out.u8(layer.kind().code()).text(layer.name());
      if (layer.kind() == PlanLayer.Kind.CONCAT) {
        out.u16("number of tensors", layer.inputs().size());
      }
      layer.inputs().forEach(out::i32);
      writeOwnPart(out, layer);
    }
    OutputTransform transform = plan.outputTransform();
    out.u8(transform.kind().code()).i32(transform.axisLength(), transform.innerCount());
    return FORMAT.encode(plan.visibility().code(), out.toByteArray());
  }

  private static PlanWriter writeOwnPart(PlanWriter out, PlanLayer layer) {
    return switch (layer.kind()) {
      case FUSED_LINEAR -> {
        FusedLinearLayer linear = (FusedLinearLayer) layer;
        yield out.map(linear.map())
            .u8(linear.weightFractionBits())
            .u8(linear.outputFractionBits())
            .u8(linear.biased() ? 1 : 0);
      }
      case FUSED_ACTIVATION -> {
        FusedActivationLayer activation = (FusedActivationLayer) layer;
        ByteBuffer step = ByteBuffer.allocate(activation.activation().encodedLengthBytes());
        activation.activation().encode(step);
        yield out.i32(activation.inputMultiplier())
            .shape(activation.activation().shape())
            .raw(step.array());
      }
      case FUSED_SUM_POOL -> {
        FusedSumPoolLayer pool = (FusedSumPoolLayer) layer;
        yield out.window(pool.window()).u8(pool.outputFractionBits()).i64(pool.outputDivisor());
      }
      case JOIN -> {
        JoinLayer join = (JoinLayer) layer;
        yield out.shape(join.shape())
            .i32(join.leftMultiplier(), join.rightMultiplier())
            .u8(join.outputFractionBits())
            .i64(join.outputDivisor());
      }
      case FUSED_HARMONIC -> {
        HarmonicActivationLayer activation = (HarmonicActivationLayer) layer;
        ByteBuffer step = ByteBuffer.allocate(activation.activation().encodedLengthBytes());
        activation.activation().encode(step);
        yield out.i32(activation.inputMultiplier())
            .shape(activation.activation().shape())
            .raw(step.array());
      }
      case FUSED_PRODUCT -> {
        FusedProductLayer product = (FusedProductLayer) layer;
        yield out.shape(product.product().shape())
            .shape(product.product().factorShape())
            .u8(product.outputFractionBits());
      }
      case VIEW -> {
        ViewLayer view = (ViewLayer) layer;
        yield out.view(view.view())
            .i64(view.pad())
            .u8(view.outputFractionBits())
            .i64(view.outputDivisor());
      }
      case CONCAT -> {
        ConcatLayer concat = (ConcatLayer) layer;
        out.concatenation(concat.geometry());
        concat.multipliers().forEach(out::i32);
        yield out.u8(concat.outputFractionBits()).i64(concat.outputDivisor());
      }
      case CLASSIC_LINEAR -> ClassicCodec.write(out, (ClassicLinearLayer) layer);
      case CLASSIC_ACTIVATION -> ClassicCodec.write(out, (ClassicActivationLayer) layer);
      case CLASSIC_MEAN_POOL -> ClassicCodec.write(out, (ClassicMeanPoolLayer) layer);
    };
  }

  static NetworkPlan decode(byte[] encoded) {
    NetworkPlan plan;
    try {
      plan =
          FORMAT.decode(
              encoded, (code, bodyBytes, in) -> read(Visibility.ofCode(code), in.readAllBytes()));
    } catch (FileFormatException e) {
      throw new IllegalArgumentException("plan is invalid: " + e.getMessage(), e);
    }
    if (!Arrays.equals(plan.encode(), encoded)) {
      throw new IllegalArgumentException("plan is not in canonical form");
    }
    return plan;
  }

  private static NetworkPlan read(Visibility visibility, byte[] body) {
    PlanReader in = new PlanReader(body);
    NetworkPlan plan;
    try {
      plan = read(visibility, in);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("its content is truncated", e);
    }
    if (in.hasMore()) {
      throw new IllegalArgumentException("its content goes on behind the output");
    }
    return plan;
  }

  private static NetworkPlan read(Visibility visibility, PlanReader in) {
    String name = in.text();
    Shape inputShape = in.shape();
    int inputFractionBits = in.i8();
    // Neither list is sized by its count, which is only a claim until the elements are read.
    List<Double> limits = new ArrayList<>();
    int limitCount = in.u16();
    for (int i = 0; i < limitCount; i++) {
      limits.add(in.f64());
    }
    List<PlanLayer> layers = new ArrayList<>();
    int layerCount = in.u16();
    for (int id = 0; id < layerCount; id++) {
      layers.add(readLayer(visibility, in, id));
    }
    OutputTransform transform =
        new OutputTransform(OutputTransform.Kind.ofCode(in.i8()), in.i32(), in.i32());
    return new NetworkPlan(
        name, inputShape, inputFractionBits, new InputRange(limits), layers, transform, visibility);
  }

  private static PlanLayer readLayer(Visibility visibility, PlanReader in, int id) {
    PlanLayer.Kind kind = PlanLayer.Kind.ofCode(in.i8());
    String name = in.text();
    List<Integer> inputs = readProducers(in, kind);
    return switch (kind) {
      case FUSED_LINEAR -> readLinear(in, id, name, inputs).with(visibility);
      case FUSED_ACTIVATION -> {
        int multiplier = in.i32();
        FusedActivation activation = FusedActivation.decode(id, in.shape(), in.raw());
        double bound = LayerBound.ofFractionBits(activation.inputFractionBits());
        yield new FusedActivationLayer(id, name, inputs, multiplier, activation, bound);
      }
      case FUSED_SUM_POOL ->
          new FusedSumPoolLayer(id, name, inputs, in.window(), in.i8(), in.i64());
      case JOIN ->
          new JoinLayer(id, name, inputs, in.shape(), in.i32(), in.i32(), in.i8(), in.i64());
      case FUSED_HARMONIC -> {
        int multiplier = in.i32();
        HarmonicActivation activation = HarmonicActivation.decode(id, in.shape(), in.raw());
        double bound = LayerBound.ofFractionBits(activation.inputFractionBits());
        yield new HarmonicActivationLayer(id, name, inputs, multiplier, activation, bound);
      }
      case FUSED_PRODUCT -> {
        FusedProduct product = new FusedProduct(id, in.shape(), in.shape());
        int bits = in.i8();
        double bound = LayerBound.ofFractionBits(bits);
        yield new FusedProductLayer(id, name, inputs, product, bits, bound);
      }
      case VIEW -> new ViewLayer(id, name, inputs, in.view(), in.i64(), in.i8(), in.i64());
      case CONCAT -> {
        Concatenation geometry = in.concatenation(inputs.size());
        List<Integer> multipliers = in.listOfInts(inputs.size());
        yield new ConcatLayer(id, name, inputs, geometry, multipliers, in.i8(), in.i64());
      }
      case CLASSIC_LINEAR -> ClassicCodec.readLinear(in, id, name, inputs);
      case CLASSIC_ACTIVATION -> ClassicCodec.readActivation(in, id, name, inputs);
      case CLASSIC_MEAN_POOL ->
          new ClassicMeanPoolLayer(id, name, inputs, in.window(), in.i8(), in.f64());
    };
  }

  private static List<Integer> readProducers(PlanReader in, PlanLayer.Kind kind) {
    return switch (kind) {
      case JOIN, FUSED_PRODUCT -> in.listOfInts(2);
      case CONCAT -> in.listOfInts(in.u16());
      case FUSED_LINEAR,
          FUSED_ACTIVATION,
          FUSED_HARMONIC,
          FUSED_SUM_POOL,
          CLASSIC_LINEAR,
          CLASSIC_ACTIVATION,
          CLASSIC_MEAN_POOL,
          VIEW ->
          in.listOfInts(1);
    };
  }

  private static FusedLinearLayer readLinear(
      PlanReader in, int id, String name, List<Integer> inputs) {
    LinearMap map = in.map();
    int weightBits = in.i8();
    int outputBits = in.i8();
    boolean biased = in.flag();
    double bound = LayerBound.ofFractionBits(outputBits);
    return new FusedLinearLayer(id, name, inputs, map, weightBits, outputBits, biased, bound);
  }
}
