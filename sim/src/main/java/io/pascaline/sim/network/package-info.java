/** Links whose latency, bandwidth, jitter, loss and outages are modelled. */
package io.pascaline.sim.network;
