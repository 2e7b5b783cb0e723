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
            "linear layer of all phases, then a view",
            LINEAR,
            "constant weights; one or two dimensions"),
        group("Gemm", "linear layer", LINEAR, "constant weights; an input of shape [n]"),
        group(
            "MatMul",
            "linear layer; of several rows between two views",
            LINEAR,
            "constant weights of one matrix, on the right"),
        group(
            "BatchNormalization",
            "part of a neighbouring linear layer, else a layer of one weight per element",
            "none, else " + LINEAR,
            "inference mode"));
  }

  private static List<Group> arithmetic() {
    return List.of(
        group(
            "Add Sub Sum Neg",
            "sum; with a constant part of a linear layer; of functions of one tensor a function",
            FREE,
            "tensors of one shape; constants that do not enlarge the tensor"),
        group(
            "Mul Div",
            "with a constant part of a linear layer; of functions of one tensor a function; `Mul`"
                + " of two tensors a product step",
            "none; as a function; product: 1 round, 4 B per element of both",
            "no division by another tensor; products in the fused suite only"),
        group(
            "Pow",
            "polynomial up to degree 8, else a function",
            FUNCTION,
            "constant exponent or constant base"),
        group(
            "Cos Sin",
            "trigonometric activation where frequencies have a period in common, else a function",
            FUNCTION,
            ""),
        group("Relu", "ReLU: approximated, or exact in the classic suite", FUNCTION, ""),
        group(
            "Clip PRelu",
            "function, or ReLU where it is one",
            FUNCTION,
            "constant bounds; slopes constant, one number or one per channel"),
        group(
            "Min Max",
            "function of one tensor; of two tensors sums and one ReLU",
            FUNCTION,
            "as for `Add`; constants of one number or one per channel"),
        group(
            "Where Greater GreaterOrEqual Less LessOrEqual And Or",
            "part of a function",
            FUNCTION,
            "of one tensor and constants"));
  }

  private static List<Group> windowsAndShapes() {
    return List.of(
        group("AveragePool GlobalAveragePool ReduceMean ReduceSum", "sums of windows", FREE, ""),
        group(
            "MaxPool GlobalMaxPool ReduceMax",
            "tournament: one ReLU for each halving of the window",
            "1 round per halving, 4 B per pair",
            "no indices of the largest elements"),
        group(
            "Pad Transpose Slice Split Gather DepthToSpace SpaceToDepth",
            "view",
            FREE,
            "the batch stays as it is; `Gather` by constant indices"),
        group(
            "Resize Upsample",
            "view; linear interpolation also means of windows",
            FREE,
            "nearest by any ratio, linear by a whole one"),
        group("Concat", "concatenation", FREE, "not along the batch"),
        group(
            "Flatten Reshape Squeeze Unsqueeze",
            "other dimensions of the same elements",
            FREE,
            "the batch stays the first dimension"),
        group(
            "Identity Dropout Cast", "nothing", FREE, "inference mode; to a type of real numbers"),
        group("Shape", "constant", FREE, ""));
  }

  private static Group functions(List<Group> others) {
    Set<String> functions = new TreeSet<>(FunctionOperators.names());
    others.forEach(group -> functions.removeAll(group.operators));
    return new Group(
        functions,
        "function of each element; a chain of functions of one tensor is one function",
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

            This page is written by a test (`OperatorGuideTest`) from the table by which models are read. Operator sets 7
            to 23 are read. A model has inputs whose first dimension is the batch, and weights that are constant. Several
            inputs become one, with the elements of all.

            Costs are those of the fused suite, online, for each party; [protocols.md](protocols.md) explains them. Where
            a cell says *none*, the parties compute on their shares without a message.

            | operator | becomes | costs | restrictions |
            | --- | --- | --- | --- |
            """);
    groups().forEach(group -> page.append(group.row()));
    page.append(
        """

        ## Functions

        A *function* is applied to each element. The compiler puts a line and some harmonics in its place, chosen for
        the inputs that calibration has seen; each harmonic costs 16 bytes of correction per element, and so does the
        line. Polynomials up to degree 8 and cosines of one period are computed as they are. Exporters write many
        activations in several nodes, such as GELU by `Erf`: operators that read one tensor and constants are one
        function, whatever their number. A function may differ by channel (`PRelu`).

        ## The end of a model

        """);
    Set<String> ends =
        OutputTail.TRANSFORMS.stream()
            .map(name -> "`" + name + "`")
            .collect(Collectors.toCollection(TreeSet::new));
    page.append(String.join(", ", ends));
    page.append(
        """
         as the last layer are left to the client, who has the answer
        in plaintext. The same holds if only `Identity` or a reshape follows. Inside a network, `Sigmoid` is a function
        and the others are refused.

        ## Constants

        What follows from constants alone is computed when the model is read: shapes, folded scales, weights behind
        `DequantizeLinear`. Weights may be in float32, float64, float16, bfloat16 or integers, and may lie in files in the
        model's folder.

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
