//! Gateways: how fast and how large, alike or each in its own way.
//!
//! Shape: service times and capacities are lists, dealt out to the nodes in turn; a list of one makes all alike.
//! Units: lengths of time; requests.
//! Errors: in a recording one service time may stand as itself or as a list, for older ones know but one; an empty list
//! is refused.

use serde::{Deserialize, Serialize};

use crate::domain::ids::NodeId;
use crate::domain::time::SimDuration;

/// The gateway of a node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GatewaySettings {
    /// What gateways spend on one request, given to the nodes in turn.
    #[serde(rename = "service_time", with = "alone_or_listed")]
    pub service_times: Vec<SimDuration>,
    /// Requests in flight at most, given to the nodes in turn.
    pub capacities: Vec<u32>,
    /// Requests of each class that wait for a free place; one more is refused.
    pub queue_max: usize,
    /// What one unit of capacity costs in an hour, in thousandths of a dollar.
    #[serde(default)]
    pub cost_per_hour: u64,
    /// How the price of a node grows with its capacity, in thousandths: 1000 is in proportion, more is faster.
    #[serde(default = "in_proportion")]
    pub cost_exponent_per_mille: u32,
}

const fn in_proportion() -> u32 {
    GatewaySettings::IN_PROPORTION
}

/// How much a gateway can do: what was dealt to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GatewaySize {
    /// What it spends on one request.
    pub service_time: SimDuration,
    /// Requests in flight at most.
    pub capacity: u32,
    /// Requests of each class that wait for a free place at most.
    pub queue_max: usize,
}

impl GatewaySettings {
    /// Twice the capacity for twice the money.
    pub const IN_PROPORTION: u32 = 1_000;
    /// The capacity at which a unit costs `cost_per_hour` whatever the exponent.
    pub const PRICED_AT: u32 = 1_000;

    /// What this node costs in an hour, in thousandths of a dollar: `cost_per_hour` a unit at a capacity of
    /// [`Self::PRICED_AT`], and by the exponent more a unit above it and less below.
    pub fn cost(&self, node: NodeId) -> u64 {
        let capacity = u64::from(self.capacity(node));
        let linear = capacity.saturating_mul(self.cost_per_hour);
        if self.cost_exponent_per_mille == Self::IN_PROPORTION {
            return linear;
        }
        let over = f64::from(self.cost_exponent_per_mille) / f64::from(Self::IN_PROPORTION) - 1.0;
        let factor = libm::pow(capacity as f64 / f64::from(Self::PRICED_AT), over);
        libm::round(linear as f64 * factor) as u64
    }

    /// What is dealt to this node's gateway.
    pub fn size(&self, node: NodeId) -> GatewaySize {
        let (service_time, capacity) = (self.service_time(node), self.capacity(node));
        GatewaySize { service_time, capacity, queue_max: self.queue_max }
    }

    /// What this node's gateway spends on one request; service times are dealt out in turn.
    pub fn service_time(&self, node: NodeId) -> SimDuration {
        self.service_times.get(node.index() % self.service_times.len().max(1)).copied().unwrap_or(SERVICE_TIME)
    }

    /// The capacity of this node's gateway; capacities are dealt out in turn.
    pub fn capacity(&self, node: NodeId) -> u32 {
        self.capacities.get(node.index() % self.capacities.len().max(1)).copied().unwrap_or(1_000)
    }
}

/// Of a gateway of which nothing else is said.
const SERVICE_TIME: SimDuration = SimDuration::from_micros(40);

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            service_times: vec![SERVICE_TIME],
            capacities: vec![1_000, 1_500, 800],
            queue_max: 4_096,
            cost_per_hour: 10,
            cost_exponent_per_mille: Self::IN_PROPORTION,
        }
    }
}

/// One value stands alone, as it did when there was but one.
mod alone_or_listed {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::domain::time::SimDuration;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Shape {
        Alone(SimDuration),
        Listed(Vec<SimDuration>),
    }

    pub(super) fn serialize<S: Serializer>(values: &[SimDuration], to: S) -> Result<S::Ok, S::Error> {
        match values {
            [alone] => alone.serialize(to),
            listed => listed.serialize(to),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SimDuration>, D::Error> {
        match Shape::deserialize(from)? {
            Shape::Alone(alone) => Ok(vec![alone]),
            Shape::Listed(listed) if listed.is_empty() => Err(D::Error::custom("`service_time` is an empty list")),
            Shape::Listed(listed) => Ok(listed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(service_times: &[u64]) -> GatewaySettings {
        let service_times = service_times.iter().map(|micros| SimDuration::from_micros(*micros)).collect();
        GatewaySettings { service_times, ..GatewaySettings::default() }
    }

    #[test]
    fn service_times_are_dealt_out_in_turn() {
        let gateway = of(&[1_500, 2_000, 1_200]);
        let dealt: Vec<u64> = (1..=5).map(|node| gateway.service_time(NodeId(node)).as_nanos() / 1_000).collect();
        assert_eq!(dealt, [1_500, 2_000, 1_200, 1_500, 2_000]);
        assert_eq!(of(&[70]).service_time(NodeId(4)), SimDuration::from_micros(70));
    }

    #[test]
    fn a_node_costs_in_proportion_to_its_capacity_or_more() {
        let of = |capacity, exponent| {
            let gateway = GatewaySettings {
                capacities: vec![capacity],
                cost_exponent_per_mille: exponent,
                ..GatewaySettings::default()
            };
            gateway.cost(NodeId(1))
        };
        assert_eq!((of(3_300, 1_000), of(1_000, 1_000)), (33_000, 10_000));
        assert_eq!((of(1_000, 1_300), of(3_300, 1_300)), (10_000, 47_214), "3.3 to the power of 1.3 is 4.7214");
        assert!(of(800, 1_300) < 8_000, "a small node is cheaper a unit");
    }

    #[test]
    fn one_service_time_is_written_as_before_and_many_as_a_list() {
        for gateway in [of(&[40]), of(&[1_500, 2_000, 1_200])] {
            let text = serde_json::to_string(&gateway).unwrap();
            assert_eq!(serde_json::from_str::<GatewaySettings>(&text).unwrap(), gateway, "{text}");
        }
        let old = r#"{"service_time":40000,"capacities":[1000,1500,800],"queue_max":4096,"cost_per_hour":10,"cost_exponent_per_mille":1000}"#;
        assert_eq!(serde_json::to_string(&of(&[40])).unwrap(), old);
        let none = serde_json::from_str::<GatewaySettings>(&old.replace("40000", "[]")).unwrap_err();
        assert!(none.to_string().contains("`service_time` is an empty list"), "{none}");
    }
}
