// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** A program that uses Pascaline through its published coordinates. */
package com.example.consumer;
