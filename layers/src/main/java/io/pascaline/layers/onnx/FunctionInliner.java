// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.layers.onnx.write.HarmonicsFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Flattens the nodes of a model: calls of model-local functions are replaced by their bodies, with
 * inner tensors renamed and attribute references resolved. Calls of {@link HarmonicsFunction} stay,
 * as operators of one name.
 */
final class FunctionInliner {
  /** Inputs, outputs or attributes of a node: bodies repeat, so their lists must be short. */
  private static final int MAX_LIST_LENGTH = 256;

  private static final int MAX_NAME_LENGTH = 1024;

  private final Map<String, FunctionProto> functions = new HashMap<>();
  private final List<OnnxNode> nodes = new ArrayList<>();
  private int callCount;

  private FunctionInliner() {}

  /** Returns all operators of the main graph, in order. */
  static List<OnnxNode> inline(ModelProto model) {
    FunctionInliner inliner = new FunctionInliner();
    for (FunctionProto function : model.getFunctionsList()) {
      String key = key(function.getDomain(), function.getName());
      if (inliner.functions.put(key, function) != null) {
        throw new ModelFormatException(
            "function "
                + ModelFormatException.quoted(key)
                + ": is defined twice; overloads are not supported, give each its own name");
      }
    }
    GraphProto graph = model.getGraph();
    inliner.add(graph.getNodeList(), Scope.MAIN);
    return inliner.nodes;
  }

  static boolean isStandard(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  private void add(List<NodeProto> body, Scope scope) {
    for (NodeProto proto : body) {
      if (nodes.size() >= ImportBudget.MAX_NODES || callCount >= ImportBudget.MAX_NODES) {
        throw new ModelFormatException(
            "graph: has more than " + ImportBudget.MAX_NODES + " nodes with functions inlined");
      }
      OnnxNode node = resolved(proto, scope);
      FunctionProto function =
          isStandard(node.domain()) ? null : functions.get(key(node.domain(), node.operator()));
      if (function == null) {
        nodes.add(node);
      } else if (isHarmonics(node, function)) {
        nodes.add(
            new OnnxNode(
                node.domain(),
                HarmonicsFunction.OPERATOR,
                node.name(),
                node.inputs(),
                node.outputs(),
                node.attributes()));
      } else {
        addCall(node, function, scope);
      }
    }
  }

  /** Returns whether a call is one of lines with harmonics, which the graph has a node for. */
  private static boolean isHarmonics(OnnxNode call, FunctionProto function) {
    return call.inputs().size() == function.getInputCount()
        && HarmonicsFunction.isDefinedBy(function);
  }

  private void addCall(OnnxNode call, FunctionProto function, Scope caller) {
    if (caller.depth >= ImportBudget.MAX_FUNCTION_DEPTH) {
      throw call.damaged("functions call one another more than " + caller.depth + " deep");
    }
    Scope scope =
        new Scope(caller.depth + 1, call.where() + "#" + callCount++ + "/", call.label() + "/");
    requireFew(call, function.getInputCount());
    requireFew(call, function.getAttributeProtoCount());
    if (call.inputs().size() > function.getInputCount()
        || call.outputs().size() > function.getOutputCount()) {
      throw call.damaged("passes more tensors than the function has");
    }
    for (int i = 0; i < function.getInputCount(); i++) {
      scope.tensors.put(function.getInput(i), call.inputOrEmpty(i));
    }
    Map<String, String> passedThrough = new HashMap<>();
    for (int i = 0; i < call.outputs().size(); i++) {
      String inner = function.getOutput(i);
      if (call.outputs().get(i).isEmpty()) {
        continue;
      }
      if (scope.tensors.containsKey(inner)) {
        passedThrough.put(call.outputs().get(i), scope.tensors.get(inner));
      } else {
        scope.tensors.put(inner, call.outputs().get(i));
      }
    }
    for (AttributeProto attribute : function.getAttributeProtoList()) {
      scope.attributes.put(attribute.getName(), attribute);
    }
    scope.attributes.putAll(call.attributes());
    add(function.getNodeList(), scope);
    passedThrough.forEach(
        (output, source) ->
            nodes.add(
                new OnnxNode(
                    "", "Identity", call.name(), List.of(source), List.of(output), Map.of())));
  }

  private static OnnxNode resolved(NodeProto proto, Scope scope) {
    String domain = isStandard(proto.getDomain()) ? "" : proto.getDomain();
    Map<String, AttributeProto> attributes = new HashMap<>();
    List<String> inputs = scope.tensors(bounded(proto.getInputList()));
    List<String> outputs = scope.tensors(bounded(proto.getOutputList()));
    String name = proto.getName().isEmpty() ? "" : scope.namePrefix + proto.getName();
    OnnxNode node = new OnnxNode(domain, proto.getOpType(), name, inputs, outputs, attributes);
    requireFew(node, proto.getAttributeCount());
    for (AttributeProto attribute : proto.getAttributeList()) {
      AttributeProto actual = scope.attribute(attribute);
      if (actual != null) {
        attributes.put(attribute.getName(), actual);
      }
    }
    return node;
  }

  private static List<String> bounded(List<String> tensors) {
    if (tensors.size() > MAX_LIST_LENGTH) {
      throw new ModelFormatException(
          "graph: a node has " + tensors.size() + " inputs or outputs; the file is damaged");
    }
    for (String tensor : tensors) {
      if (tensor.length() > MAX_NAME_LENGTH) {
        throw new ModelFormatException(
            "tensor " + ModelFormatException.quoted(tensor) + ": its name is too long; rename it");
      }
    }
    return tensors;
  }

  private static void requireFew(OnnxNode node, int count) {
    if (count > MAX_LIST_LENGTH) {
      throw node.damaged("has " + count + " inputs or attributes");
    }
  }

  private static String key(String domain, String name) {
    return domain + "." + name;
  }

  /** Where names and attribute references of a body are looked up. */
  private static final class Scope {
    static final Scope MAIN = new Scope(0, "", "");

    final int depth;
    final String tensorPrefix;
    final String namePrefix;
    final Map<String, String> tensors = new HashMap<>();
    final Map<String, AttributeProto> attributes = new HashMap<>();

    Scope(int depth, String tensorPrefix, String namePrefix) {
      this.depth = depth;
      this.tensorPrefix = tensorPrefix;
      this.namePrefix = namePrefix;
    }

    List<String> tensors(List<String> names) {
      List<String> outer = new ArrayList<>(names.size());
      for (String name : names) {
        outer.add(name.isEmpty() ? "" : tensors.getOrDefault(name, tensorPrefix + name));
      }
      return outer;
    }

    /** Returns the attribute meant, or null if it refers to one that the caller left out. */
    AttributeProto attribute(AttributeProto attribute) {
      return attribute.getRefAttrName().isEmpty()
          ? attribute
          : attributes.get(attribute.getRefAttrName());
    }
  }
}
