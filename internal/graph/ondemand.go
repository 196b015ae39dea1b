// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// OnDemandSubject is a person or group to provision outside the regular cycle.
type OnDemandSubject struct {
	ObjectID   string
	ObjectType string // User or Group
	// Members are those of a group that are provisioned with it; the service takes at most five.
	Members []OnDemandSubject
}

// OnDemandResult is what became of a subject.
type OnDemandResult struct {
	Result        string // Success, Skipped, Failure or Warning; "" when the service did not tell
	ErrorCode     string
	ErrorMessage  string
	Action        string
	Reason        string
	Recommended   string // what the service advises
	Steps         []ProvisioningStep
	Modified      []ModifiedProperty
	SourceID      string
	TargetID      string
	ReportableID  string
	ChangeID      string
	ScopingDetail map[string]string // of the step that decides whether the subject is in scope
	// Others are further results of the same call: a group is answered for with one for each member.
	Others []OnDemandResult
}

// ProvisioningStep is one step of what the engine did for a person or group.
type ProvisioningStep struct {
	Name        string
	Type        string // import, scoping, matching, processing, referenceResolution or export, in the service's case
	Status      string
	Description string
	Details     map[string]string
}

// ModifiedProperty is an attribute that the engine changed at the target, or would have.
type ModifiedProperty struct {
	Name     string
	OldValue string
	NewValue string
}

// ProvisionOnDemand has the engine provision a subject now. An error that IsAmbiguous leaves open whether it did.
func (c *Client) ProvisionOnDemand(ctx context.Context, ref JobRef, ruleID string, subject OnDemandSubject) (OnDemandResult, error) {
	var answer KeyValue
	err := c.do(ctx, call{
		method: http.MethodPost, path: ref.path("provisionOnDemand"), needs: writesSynchronization, pace: c.onDemand,
		body: map[string]any{"parameters": []any{map[string]any{"ruleId": ruleID, "subjects": []any{subject.wire()}}}},
	}, &answer)
	if err != nil {
		return OnDemandResult{}, err
	}
	return parseOnDemand(answer), nil
}

func (s OnDemandSubject) wire() map[string]any {
	wire := map[string]any{"objectId": s.ObjectID, "objectTypeName": s.ObjectType}
	if len(s.Members) > 0 {
		members := make([]any, len(s.Members))
		for i, member := range s.Members {
			members[i] = member.wire()
		}
		wire["links"] = map[string]any{"members": members}
	}
	return wire
}

// parseOnDemand reads the two texts of an answer. Captures of the service differ: the key is a JSON object or the name
// of a type, the value a JSON object or a list of one; what cannot be read is left empty.
func parseOnDemand(answer KeyValue) OnDemandResult {
	var key struct {
		Result  looseText `json:"result"`
		Details struct {
			ErrorCode    looseText `json:"errorCode"`
			ErrorMessage looseText `json:"errorMessage"`
		} `json:"details"`
	}
	decodeLoosely(answer.Key, &key)
	values := []string{answer.Value}
	var several []json.RawMessage
	if json.Unmarshal([]byte(answer.Value), &several) == nil && len(several) > 0 {
		values = values[:0]
		for _, one := range several {
			values = append(values, string(one))
		}
	}
	results := make([]OnDemandResult, len(values))
	for i, text := range values {
		var value wireOnDemand
		decodeLoosely(text, &value)
		results[i] = value.result()
	}
	result := results[0]
	if key.Result != "" {
		result.Result = string(key.Result)
	}
	if key.Details.ErrorCode != "" {
		result.ErrorCode = string(key.Details.ErrorCode)
	}
	result.ErrorMessage = string(key.Details.ErrorMessage)
	if len(results) > 1 {
		result.Others = results[1:]
	}
	return result
}

type wireOnDemand struct {
	Action     looseText `json:"action"`
	ChangeID   looseText `json:"changeId"`
	StatusInfo struct {
		Status            looseText `json:"status"`
		ErrorCode         looseText `json:"errorCode"`
		Reason            looseText `json:"reason"`
		RecommendedAction looseText `json:"recommendedAction"`
	} `json:"statusInfo"`
	ReportableIdentifier looseText      `json:"reportableIdentifier"`
	Steps                []wireStep     `json:"provisioningSteps"`
	Modified             []wireModified `json:"modifiedProperties"`
	Source               wireIdentity   `json:"sourceIdentity"`
	Target               wireIdentity   `json:"targetIdentity"`
}

func (value wireOnDemand) result() OnDemandResult {
	result := OnDemandResult{
		Result:       string(value.StatusInfo.Status),
		ErrorCode:    string(value.StatusInfo.ErrorCode),
		Action:       string(value.Action),
		Reason:       string(value.StatusInfo.Reason),
		Recommended:  string(value.StatusInfo.RecommendedAction),
		Steps:        steps(value.Steps),
		Modified:     modified(value.Modified),
		SourceID:     string(value.Source.ID),
		TargetID:     string(value.Target.ID),
		ReportableID: string(value.ReportableIdentifier),
		ChangeID:     string(value.ChangeID),
	}
	for _, step := range result.Steps {
		if strings.EqualFold(step.Type, "scoping") {
			result.ScopingDetail = step.Details
		}
	}
	return result
}

// decodeLoosely decodes the text of a JSON object as far as it fits. After a member of another type all the others are
// decoded, and text that is not an object leaves everything empty.
func decodeLoosely(text string, into any) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		_ = json.Unmarshal([]byte(text), into) // what did not fit stays empty
	}
}

type wireStep struct {
	Name        looseText            `json:"name"`
	Type        looseText            `json:"type"`
	StepType    looseText            `json:"provisioningStepType"`
	Status      looseText            `json:"status"`
	Description looseText            `json:"description"`
	Details     map[string]looseText `json:"details"`
}

type wireModified struct {
	Name     looseText `json:"displayName"`
	OldValue looseText `json:"oldValue"`
	NewValue looseText `json:"newValue"`
}

type wireIdentity struct {
	ID          looseText `json:"id"`
	DisplayName looseText `json:"displayName"`
	Type        looseText `json:"type"`
	KindOfLog   looseText `json:"identityType"`
}

func steps(wire []wireStep) []ProvisioningStep {
	var all []ProvisioningStep
	for _, w := range wire {
		step := ProvisioningStep{Name: string(w.Name), Type: string(w.StepType), Status: string(w.Status), Description: string(w.Description)}
		if step.Type == "" {
			step.Type = string(w.Type)
		}
		if len(w.Details) > 0 {
			step.Details = make(map[string]string, len(w.Details))
			for name, text := range w.Details {
				step.Details[name] = string(text)
			}
		}
		all = append(all, step)
	}
	return all
}

func modified(wire []wireModified) []ModifiedProperty {
	var all []ModifiedProperty
	for _, w := range wire {
		all = append(all, ModifiedProperty{Name: string(w.Name), OldValue: string(w.OldValue), NewValue: string(w.NewValue)})
	}
	return all
}
