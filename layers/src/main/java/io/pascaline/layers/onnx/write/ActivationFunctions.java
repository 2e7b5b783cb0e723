// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import ai.onnx.proto.OnnxMl.FunctionProto;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.TrigonometricBasis;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The model-local functions of one model: one for each polynomial and trigonometric function that
 * it has, and one for each number of harmonics, whose coefficients the calls pass.
 */
final class ActivationFunctions {
  private final Map<ActivationBasis, String> names = new LinkedHashMap<>();

  /** Definitions for lines with harmonics, by their names. */
  private final Map<String, FunctionProto> harmonics = new LinkedHashMap<>();

  /** Returns the operator type that stands for a function. */
  String name(ActivationBasis basis) {
    return names.computeIfAbsent(basis, this::freshName);
  }

  /** Returns the operator type that stands for lines with a number of harmonics. */
  String harmonics(int harmonicCount, boolean sloped) {
    String name = HarmonicsFunction.name(harmonicCount, sloped);
    harmonics.computeIfAbsent(name, unused -> HarmonicsFunction.definition(harmonicCount, sloped));
    return name;
  }

  private String freshName(ActivationBasis basis) {
    String stem =
        basis instanceof PolynomialBasis ? PolynomialFunction.NAME : TrigonometricFunction.NAME;
    long same = names.values().stream().filter(name -> name.startsWith(stem)).count();
    return same == 0 ? stem : stem + (same + 1);
  }

  /** Returns their bodies: by kind, in the order of their first use. */
  List<FunctionProto> definitions() {
    List<FunctionProto> definitions = new ArrayList<>();
    names.forEach((basis, name) -> definitions.add(definition(basis, name)));
    definitions.addAll(harmonics.values());
    return definitions;
  }

  private static FunctionProto definition(ActivationBasis basis, String name) {
    if (basis instanceof PolynomialBasis polynomial) {
      return PolynomialFunction.definition(polynomial.coefficients()).toBuilder()
          .setName(name)
          .build();
    }
    return TrigonometricFunction.definition((TrigonometricBasis) basis, name);
  }
}
