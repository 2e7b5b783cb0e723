// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes the page of all operators: what each becomes, what that costs, and what is refused. */
final class OperatorGuide {
  private static final String LINEAR = "1 round, 4 B per input element";
  private static final String FUNCTION = "1 round, 4 B per element; offline see below";
  private static final String FREE = "none";

  /**
   * A group of operators that are imported alike.
   *
   * @param operators names in the standard domain, or with their domain
   * @param lowering what they become
   * @param cost in the fused suite, online, of each party
   * @param restrictions what is refused, or empty
   */
  private record Group(Set<String> operators, String lowering, String cost, String restrictions) {
    String row() {
      String names =
          operators.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
      return "| " + names + " | " + lowering + " | " + cost + " | " + restrictions + " |\n";
    }
  }

  private OperatorGuide() {}

  private static Group group(String operators, String lowering, String cost, String restrictions) {
    return new Group(
        new TreeSet<>(Arrays.asList(operators.split(" "))), lowering, cost, restrictions);
  }

  private static List<Group> layers() {
    return List.of(
        group("Conv", "linear layer", LINEAR, "constant weights; one or two dimensions"),
        group(
            "ConvTranspose",
            "one linear layer for all phases, then a view",
            LINEAR,
            "constant weights; one or two dimensions"),
        group("Gemm", "linear layer", LINEAR, "constant weights; input of shape [n]"),
        group(
            "MatMul",
            "linear layer; for an input of several rows, between two views",
            LINEAR,
            "constant weights: one matrix"),
        group(
            "BatchNormalization",
            "part of a neighbouring linear layer; otherwise a layer with one weight per element",
            "none; otherwise " + LINEAR,
            "inference mode"));
  }

  private static List<Group> arithmetic() {
    return List.of(
        group(
            "Add Sub Sum Mean Neg",
            "sum; with a constant: part of a linear layer; of functions of the same tensor: a"
                + " function",
            FREE,
            "dimensions that differ are 1 in one of the tensors; constants must not enlarge the"
                + " tensor"),
        group(
            "Mul Div",
            "with a constant: part of a linear layer; of functions of the same tensor: a function;"
                + " `Mul` of two tensors: a product step",
            "none; function: 1 round, 4 B per element; product step: 1 round, 4 B per element of"
                + " both factors",
            "no division by another tensor; products in the fused suite only"),
        group(
            "Pow",
            "polynomial up to degree 8; otherwise a function",
            FUNCTION,
            "constant exponent or constant base"),
        group(
            "Cos Sin",
            "trigonometric activation if the frequencies have a common period; otherwise a"
                + " function",
            FUNCTION,
            ""),
        group(
            "io.pascaline.Harmonics",
            "activation with these harmonics",
            FUNCTION,
            "as `train --fine-tune` writes it"),
        group("Relu", "ReLU: approximated, or exact in the classic suite", FUNCTION, ""),
        group(
            "Clip PRelu",
            "function; a ReLU if it equals one",
            FUNCTION,
            "constant bounds; constant slopes"),
        group(
            "Min Max",
            "of functions of the same tensor: a function; of two tensors: sums and one ReLU",
            FUNCTION,
            "as for `Add`; constants: one number, or one per channel"),
        group(
            "Where Greater GreaterOrEqual Less LessOrEqual And Or",
            "part of a function",
            FUNCTION,
            "only of functions of one tensor and constants"),
        group(
            "Equal Xor",
            "part of a function",
            FUNCTION,
            "only of conditions of one tensor and constants; `Equal` also of a rounded number and"
                + " a constant"));
  }

  private static List<Group> windowsAndShapes() {
    return List.of(
        group("AveragePool GlobalAveragePool ReduceMean ReduceSum", "sums of windows", FREE, ""),
        group(
            "ReduceL1 ReduceSumSquare",
            "a function of each element, and sums of windows",
            FUNCTION,
            ""),
        group(
            "MaxPool GlobalMaxPool ReduceMax ReduceMin",
            "tournament: one ReLU for each halving of the window",
            "1 round per halving, 4 B per pair",
            "no indices of the largest elements"),
        group(
            "Pad Transpose Slice Split Gather Expand Tile DepthToSpace SpaceToDepth",
            "view",
            FREE,
            "not along the batch; `Gather` with constant indices"),
        group(
            "Resize Upsample",
            "view; linear by whole ratios: also averages of windows; other interpolation: a linear"
                + " layer for each dimension",
            "none; linear layer: " + LINEAR,
            "no antialiasing, no cropping"),
        group("Concat", "concatenation", FREE, "not along the batch"),
        group(
            "Flatten Reshape Squeeze Unsqueeze",
            "the same elements with other dimensions",
            FREE,
            "the batch stays the first dimension"),
        group(
            "Identity Dropout Cast",
            "nothing",
            FREE,
            "`Dropout` in inference mode; `Cast` to a floating-point type"),
        group("Shape Size", "constant", FREE, ""));
  }

  private static Group functions(List<Group> others) {
    Set<String> functions = new TreeSet<>(FunctionOperators.names());
    others.forEach(group -> functions.removeAll(group.operators));
    return new Group(
        functions,
        "element-wise function; a chain of functions of one tensor is one function",
        FUNCTION,
        "");
  }

  private static List<Group> groups() {
    List<Group> all = new ArrayList<>(layers());
    all.addAll(arithmetic());
    all.add(functions(all));
    all.addAll(windowsAndShapes());
    return all;
  }

  /** Returns all operators that the page describes. */
  static Set<String> described() {
    Set<String> all = new TreeSet<>();
    groups().forEach(group -> all.addAll(group.operators));
    return all;
  }

  /** Returns the page. */
  static String markdown() {
    StringBuilder page =
        new StringBuilder(
            """
            # ONNX operators

            A test (`OperatorGuideTest`) writes this page from the importer's table of operators. The importer reads
            operator sets 7 to 23, and files with a later operator set by the rules of set 23. The first dimension of each
            input must be the batch, and weights must be constant. The importer joins several inputs into one, which has
            the elements of all.

            Costs are the online costs of each party in the fused suite; [protocols.md](protocols.md) explains them.
            *None* means that the parties compute on their shares without a message.

            | operator | becomes | costs | restrictions |
            | --- | --- | --- | --- |
            """);
    groups().forEach(group -> page.append(group.row()));
    page.append(
        """

        ## Functions

        A *function* is applied to each element. The compiler replaces it with harmonics, and with a slope where that
        is better ([approximation.md](approximation.md)). It chooses them for the inputs that calibration observed.
        Each harmonic costs 16 bytes of correction per element, and so does a slope. Polynomials up to degree 8 and
        cosines of one period are not approximated. Exporters write many activations as several nodes, such as GELU
        with `Erf`. Any number of operators that read one tensor and constants become one function. A function may
        differ by channel (`PRelu`).

        No approximation shows the value of a function at a single point. Therefore the importer refuses `Equal` of
        real numbers, such as `Equal(x, 0)`: compare with `Greater` and `Less` instead. A condition that holds at
        single points only, such as `And(x >= 0, x <= 0)`, is never true in private.

        ## The end of a model

        """);
    Set<String> ends =
        OutputTail.TRANSFORMS.stream()
            .map(name -> "`" + name + "`")
            .collect(Collectors.toCollection(TreeSet::new));
    page.append("The client computes ").append(String.join(", ", ends));
    page.append(
        """
         as the last layer of a model,
        because it has the outputs in plaintext. The same applies if only `Identity` or a reshape follows. Inside a
        network, `Sigmoid` is a function, and the importer refuses the other operators.

        ## Constants

        The importer computes everything that depends on constants only: shapes, folded scales, normalised weights,
        weights behind `DequantizeLinear`. Weights may be float32, float64, float16, bfloat16 or integers. They may be
        stored in files in the model's folder.

        ## Refused

        """);
    page.append("| operator | remedy |\n| --- | --- |\n");
    Map<String, Set<String>> byRemedy = new TreeMap<>();
    OperatorTable.REMEDIES.forEach(
        (operator, remedy) ->
            byRemedy.computeIfAbsent(remedy, any -> new TreeSet<>()).add("`" + operator + "`"));
    byRemedy.forEach(
        (remedy, operators) ->
            page.append("| " + String.join(", ", operators) + " | " + remedy + " |\n"));
    return page.toString();
  }
}
